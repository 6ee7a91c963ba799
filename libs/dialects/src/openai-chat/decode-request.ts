import type { JsonObject } from '../canonical/part.js';
import {
  EFFORTS,
  type CanonicalRequest,
  type ReasoningRequest,
  type ResponseFormat,
  type Sampling,
} from '../canonical/request.js';
import { parseRequest } from '../json/parse-request.js';
import { given } from '../json/tolerant.js';
import { decodeMessages } from './decode-messages.js';
import { decodeToolChoice, decodeTools } from './decode-tools.js';
import { chatRequest, type ChatRequest } from './wire.js';

const ORIGIN = 'openai-chat';

/**
 * Normal forms: `developer` becomes `system`; texts alone in an array become a string; the older of two names the newer
 * (`functions`, `max_tokens`, `user`); ways to ask for reasoning become one. Unknown members stay at the top level only.
 */
export function decodeRequest(body: unknown): CanonicalRequest {
  const request = parseRequest(chatRequest, body);
  const { model, stream, n, logprobs } = request;
  const reasoning = decodeReasoningRequest(request);
  const responseFormat = decodeResponseFormat(request);
  return {
    origin: ORIGIN,
    model,
    stream: stream ?? false,
    ...decodeMessages(request.messages),
    tools: decodeTools(request),
    ...given('toolChoice', decodeToolChoice(request)),
    ...given('parallelToolCalls', request.parallel_tool_calls ?? undefined),
    ...given('responseFormat', responseFormat),
    ...given('outputTokensMax', outputTokensMax(request)),
    stopSequences: typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []),
    sampling: decodeSampling(request),
    ...given('reasoning', reasoning),
    ...given('choices', n ?? undefined),
    ...(logprobs ? { logprobs: { top: request.top_logprobs ?? 0 } } : {}),
    ...decodeIdentification(request),
    extensions: extensionsOf(request, { effortRead: reasoning?.effort !== undefined, responseFormat }),
  };
}

/** The higher one of two: vendors know the older name of the limit, the newer one, or both. */
function outputTokensMax({
  max_tokens: older,
  max_completion_tokens: newer,
}: ChatRequest): number | undefined {
  if (older && newer) return Math.max(older, newer);
  return newer ?? older ?? undefined;
}

function decodeSampling(request: ChatRequest): Sampling {
  return {
    ...given('temperature', request.temperature ?? undefined),
    ...given('topP', request.top_p ?? undefined),
    ...given('topK', request.top_k ?? undefined),
    ...given('frequencyPenalty', request.frequency_penalty ?? undefined),
    ...given('presencePenalty', request.presence_penalty ?? undefined),
    ...given('seed', request.seed ?? undefined),
  };
}

function decodeIdentification(request: ChatRequest): Partial<CanonicalRequest> {
  return {
    ...given('logitBias', request.logit_bias ?? undefined),
    ...given('serviceTier', request.service_tier ?? undefined),
    ...given('metadata', request.metadata ?? undefined),
    ...given('user', request.user ?? request.safety_identifier ?? undefined),
    ...given('promptCacheKey', request.prompt_cache_key ?? undefined),
  };
}

function decodeResponseFormat({ response_format: format }: ChatRequest): ResponseFormat | undefined {
  switch (format?.type) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const { name, schema, description, strict } = format.json_schema ?? {};
      return {
        type: 'json-schema',
        name: name ?? 'answer',
        schema: schema ?? {},
        ...given('description', description ?? undefined),
        ...given('strict', strict ?? undefined),
      };
    }
    default:
      return undefined;
  }
}

/** A budget that leaves it to the model: thinking is on, and no more is said. */
const ON: ReasoningRequest = { budgetTokens: -1 };
const OFF: ReasoningRequest = { effort: 'none' };

/**
 * One of: `reasoning_effort` (OpenAI), `reasoning` (OpenRouter), `thinking` (DeepSeek, Zhipu, Moonshot, Volcengine),
 * `enable_thinking` (DashScope, SiliconFlow), `chat_template_kwargs` (vLLM).
 */
function decodeReasoningRequest(request: ChatRequest): ReasoningRequest | undefined {
  const effort = EFFORTS.find((known) => known === request.reasoning_effort);
  const found = openrouterReasoning(request) ?? switchedReasoning(request);
  if (effort === undefined) return found;
  return { ...(found?.budgetTokens === -1 ? {} : found), effort };
}

function openrouterReasoning({ reasoning }: ChatRequest): ReasoningRequest | undefined {
  if (!reasoning) return undefined;
  const { effort, max_tokens: budget, enabled, exclude, summary } = reasoning;
  if (enabled === false) return OFF;
  const visible = { ...(exclude ? { visible: false } : {}), ...given('summary', summary ?? undefined) };
  if (!effort && !budget) return enabled ? { ...ON, ...visible } : visible;
  return {
    ...given('effort', effort ?? undefined),
    ...given('budgetTokens', budget ?? undefined),
    ...visible,
  };
}

function switchedReasoning(request: ChatRequest): ReasoningRequest | undefined {
  const { thinking, enable_thinking: enabled, thinking_budget: budget } = request;
  if (thinking?.type === 'disabled' || enabled === false) return OFF;
  const tokens = thinking?.budget_tokens ?? budget;
  if (tokens !== undefined && tokens !== null) return { budgetTokens: tokens };
  if (thinking?.type || enabled) return ON;
  const template = templateSwitch(request.chat_template_kwargs);
  if (template === undefined) return undefined;
  return template ? ON : OFF;
}

const TEMPLATE_SWITCHES = ['enable_thinking', 'thinking'];

function templateSwitch(template: JsonObject | null | undefined): boolean | undefined {
  const value = TEMPLATE_SWITCHES.map((name) => template?.[name]).find((one) => typeof one === 'boolean');
  return typeof value === 'boolean' ? value : undefined;
}

/** Members that canonical fields stand for; `effort` and the like only when they were understood. */
const READ = new Set([
  ...[
    'model',
    'messages',
    'stream',
    'max_tokens',
    'max_completion_tokens',
    'n',
    'stop',
    'temperature',
    'top_p',
  ],
  ...['top_k', 'frequency_penalty', 'presence_penalty', 'seed', 'logprobs', 'top_logprobs', 'logit_bias'],
  ...['service_tier', 'metadata', 'user', 'safety_identifier', 'prompt_cache_key', 'tools', 'tool_choice'],
  ...['parallel_tool_calls', 'functions', 'function_call', 'web_search_options', 'reasoning', 'thinking'],
  ...['enable_thinking', 'thinking_budget'],
]);

function extensionsOf(
  request: ChatRequest,
  {
    effortRead,
    responseFormat,
  }: { readonly effortRead: boolean; readonly responseFormat: ResponseFormat | undefined },
): JsonObject {
  const kept = Object.entries(request).filter(
    ([name, value]) => !READ.has(name) && value !== undefined && value !== null,
  );
  const extensions: Record<string, unknown> = Object.fromEntries(kept);
  if (effortRead) delete extensions['reasoning_effort'];
  if (responseFormat !== undefined) delete extensions['response_format'];
  keepRest(extensions, 'stream_options', ['include_usage']);
  keepRest(extensions, 'chat_template_kwargs', TEMPLATE_SWITCHES);
  return extensions;
}

/** Of an object whose members are read in part, the others. */
function keepRest(extensions: Record<string, unknown>, name: string, read: readonly string[]): void {
  const value = extensions[name];
  if (value === undefined) return;
  const rest = Object.entries(value ?? {}).filter(([member]) => !read.includes(member));
  if (rest.length === 0) delete extensions[name];
  else extensions[name] = Object.fromEntries(rest);
}
