import { z } from 'zod';
import { EFFORTS } from '../canonical/request.js';

/**
 * What is read of a request; other members are kept as they are. Vendors that took the dialect over added members of
 * their own: those that say what other dialects say, too, are read here.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
const text = z.string().nullish();
const flag = z.boolean().nullish();
const number = z.number().nullish();
const jsonObject = z.record(z.string(), z.unknown());

/** https://openrouter.ai/docs/features/prompt-caching */
const cacheControl = z.looseObject({ ttl: z.enum(['5m', '1h']).nullish().catch(undefined) }).nullish();

const contentPart = z.looseObject({
  type: z.string(),
  text,
  refusal: text,
  image_url: z.union([z.string(), z.looseObject({ url: z.string(), detail: text })]).nullish(),
  input_audio: z.looseObject({ data: z.string(), format: text }).nullish(),
  file: z.looseObject({ file_id: text, file_data: text, filename: text }).nullish(),
  video_url: z.union([z.string(), z.looseObject({ url: z.string() })]).nullish(),
  /** Mistral's: https://docs.mistral.ai/capabilities/reasoning/ */
  thinking: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text }))]).nullish(),
  cache_control: cacheControl,
});
export type WirePart = z.output<typeof contentPart>;

const calledFunction = z.looseObject({
  name: z.string(),
  arguments: z.union([z.string(), jsonObject]).nullish(),
});

const toolCall = z.looseObject({
  id: z.string(),
  function: calledFunction.nullish(),
  custom: z.looseObject({ name: z.string(), input: z.string() }).nullish(),
  /** Gemini's thought signature: https://ai.google.dev/gemini-api/docs/openai */
  extra_content: jsonObject.nullish(),
});
export type WireToolCall = z.output<typeof toolCall>;

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(contentPart)]).nullish(),
  name: text,
  tool_calls: z.array(toolCall).nullish(),
  tool_call_id: text,
  function_call: calledFunction.nullish(),
  refusal: text,
  audio: z.looseObject({ id: text }).nullish(),
  reasoning_content: text,
  reasoning: text,
  /** https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks */
  reasoning_details: z.array(jsonObject).nullish(),
  annotations: z.array(jsonObject).nullish(),
  images: z.array(jsonObject).nullish(),
});
export type WireMessage = z.output<typeof message>;

const describedFunction = z.looseObject({
  name: z.string(),
  description: text,
  parameters: jsonObject.nullish(),
  strict: flag,
});
export type WireFunction = z.output<typeof describedFunction>;

const tool = z.looseObject({
  type: z.string(),
  function: z.looseObject({ name: text }).nullish(),
  custom: z.looseObject({ name: z.string(), description: text, format: jsonObject.nullish() }).nullish(),
  cache_control: cacheControl,
});
export type WireTool = z.output<typeof tool>;

/** The member of a tool of type `function`. */
export const functionTool = describedFunction;

const named = z.looseObject({ name: z.string() });
const toolChoice = z.union([
  z.enum(['auto', 'none', 'required', 'any']),
  z.looseObject({
    type: z.string(),
    function: named.nullish(),
    custom: named.nullish(),
    allowed_tools: z
      .looseObject({
        mode: z.enum(['auto', 'required']),
        tools: z.array(z.looseObject({ function: named.nullish(), custom: named.nullish() })),
      })
      .nullish(),
  }),
]);
export type WireToolChoice = z.output<typeof toolChoice>;

const responseFormat = z.looseObject({
  type: z.string(),
  json_schema: z
    .looseObject({ name: text, schema: jsonObject.nullish(), description: text, strict: flag })
    .nullish(),
});

const reasoning = z.looseObject({
  effort: z.enum(EFFORTS).nullish(),
  max_tokens: number,
  enabled: flag,
  exclude: flag,
  summary: text,
});

const limit = z.number().int().min(1).nullish();

export const chatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(message),
  stream: flag,
  stream_options: jsonObject.nullish(),
  max_tokens: limit,
  max_completion_tokens: limit,
  n: limit,
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  temperature: number,
  top_p: number,
  top_k: number,
  frequency_penalty: number,
  presence_penalty: number,
  seed: number,
  logprobs: flag,
  top_logprobs: number,
  logit_bias: jsonObject.nullish(),
  service_tier: text,
  metadata: z.record(z.string(), z.string()).nullish(),
  user: text,
  safety_identifier: text,
  prompt_cache_key: text,
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: flag,
  functions: z.array(describedFunction).nullish(),
  function_call: z.union([z.enum(['auto', 'none']), named]).nullish(),
  web_search_options: jsonObject.nullish(),
  response_format: responseFormat.nullish(),
  reasoning_effort: z.string().nullish(),
  reasoning: reasoning.nullish(),
  thinking: z.looseObject({ type: text, budget_tokens: number }).nullish(),
  enable_thinking: flag,
  thinking_budget: number,
  chat_template_kwargs: jsonObject.nullish(),
});
export type ChatRequest = z.output<typeof chatRequest>;

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export const embeddingRequest = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string()), z.array(z.number()), z.array(z.array(z.number()))]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.number().int().min(1).nullish(),
  user: text,
});

/** One entry of OpenRouter's `reasoning_details`. */
export interface WireReasoningDetail {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** A call in an answer; pieces of it carry an `index`. */
export interface WireAnswerCall {
  readonly id: string;
  readonly type: 'function' | 'custom';
  readonly function?: { readonly name: string; readonly arguments: string };
  readonly custom?: { readonly name: string; readonly input: string };
}

/** https://platform.openai.com/docs/api-reference/chat/object */
export interface WireAnswerMessage {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly refusal: string | null;
  readonly reasoning_content?: string;
  readonly reasoning_details?: readonly WireReasoningDetail[];
  readonly tool_calls?: readonly WireAnswerCall[];
  readonly annotations?: readonly unknown[];
  readonly images?: readonly unknown[];
  readonly audio?: unknown;
}
