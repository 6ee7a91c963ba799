import type { JsonObject } from '../canonical/part.js';
import type { CanonicalRequest } from '../canonical/request.js';
import type { CanonicalResponse } from '../canonical/response.js';
import type { AnswerContext } from '../dialect.js';
import { objectOf } from '../json/tolerant.js';
import { joinedInstructions } from './encode-input.js';
import { wireFormat } from './encode-request.js';
import { encodeNamedTool, encodeToolChoice } from './encode-tools.js';

type Head = Pick<CanonicalResponse, 'id' | 'model' | 'createdAt'>;

const RESPONSE_ID = /^resp_\w+$/;

/**
 * A response but for its output: who made it, and what was asked, which the dialect repeats.
 * https://platform.openai.com/docs/api-reference/responses/object
 */
export function responseObject(head: Head, context: AnswerContext): JsonObject {
  const { id, model, createdAt } = head;
  return {
    id: id !== null && RESPONSE_ID.test(id) ? id : `resp_${idOf(context)}`,
    object: 'response',
    created_at: createdAt ?? context.now,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    model: model ?? context.request.model,
    output: [],
    previous_response_id: null,
    store: false,
    ...settingsOf(context.request),
    ...toolSettingsOf(context.request),
    usage: null,
  };
}

/** What ids that the vendor did not give are made of. */
export function idOf({ requestId }: AnswerContext): string {
  return requestId.replace(/\W/g, '');
}

function settingsOf(request: CanonicalRequest): JsonObject {
  const { extensions, sampling } = request;
  return {
    instructions: joinedInstructions(request.system),
    max_output_tokens: request.outputTokensMax ?? null,
    max_tool_calls: extensions['max_tool_calls'] ?? null,
    prompt_cache_key: request.promptCacheKey ?? null,
    reasoning: reasoningOf(request),
    safety_identifier: extensions['safety_identifier'] ?? null,
    service_tier: request.serviceTier ?? 'default',
    temperature: sampling.temperature ?? 1,
    text: textOf(request),
    top_logprobs: request.logprobs?.top ?? 0,
    top_p: sampling.topP ?? 1,
    truncation: extensions['truncation'] ?? 'disabled',
    user: request.user ?? null,
    metadata: request.metadata ?? {},
  };
}

function toolSettingsOf(request: CanonicalRequest): JsonObject {
  const { tools, toolChoice, parallelToolCalls } = request;
  return {
    tools: tools.map((tool) => (tool.type === 'builtin' ? tool.value : encodeNamedTool(tool, request))),
    tool_choice: toolChoice === undefined ? 'auto' : encodeToolChoice(toolChoice, tools),
    parallel_tool_calls: parallelToolCalls ?? true,
  };
}

function reasoningOf({ reasoning, extensions }: CanonicalRequest): JsonObject {
  const { effort = null, summary = null } = reasoning ?? {};
  return { effort, summary, ...objectOf(extensions['reasoning']) };
}

function textOf({ responseFormat, extensions }: CanonicalRequest): JsonObject {
  return { format: wireFormat(responseFormat ?? { type: 'text' }), ...objectOf(extensions['text']) };
}
