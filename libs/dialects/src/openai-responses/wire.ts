import { z } from 'zod';
import { objectOf } from '../json/tolerant.js';

export const DIALECT = 'openai-responses';

const anyObject = z.record(z.string(), z.unknown());
const optionalText = z.string().nullish();

/** https://platform.openai.com/docs/guides/prompt-caching */
const breakpoint = z.looseObject({ ttl: optionalText }).nullish();
const mark = { prompt_cache_breakpoint: breakpoint };

const contentPart = z.union([
  z.discriminatedUnion('type', [
    z.looseObject({
      type: z.enum(['input_text', 'output_text', 'text']),
      text: z.string(),
      annotations: z.array(anyObject).nullish(),
      ...mark,
    }),
    z.looseObject({ type: z.literal('refusal'), refusal: z.string() }),
    z.looseObject({
      type: z.literal('input_image'),
      image_url: optionalText,
      file_id: optionalText,
      detail: optionalText,
      ...mark,
    }),
    z.looseObject({
      type: z.literal('input_file'),
      file_data: optionalText,
      file_url: optionalText,
      file_id: optionalText,
      filename: optionalText,
      ...mark,
    }),
    z.looseObject({
      type: z.literal('input_audio'),
      input_audio: z.looseObject({ data: z.string(), format: z.string() }),
      ...mark,
    }),
  ]),
  otherThan(['input_text', 'output_text', 'text', 'refusal', 'input_image', 'input_file', 'input_audio']),
]);

const content = z.union([z.string(), z.array(contentPart)]);
const texts = z.array(z.looseObject({ text: z.string() })).nullish();

/** https://platform.openai.com/docs/api-reference/responses/create#responses-create-input */
const typedItem = z.union([
  z.discriminatedUnion('type', [
    z.looseObject({
      type: z.literal('message'),
      role: z.enum(['user', 'assistant', 'system', 'developer']),
      content,
      phase: optionalText,
    }),
    z.looseObject({
      type: z.literal('function_call'),
      call_id: z.string(),
      name: z.string(),
      arguments: z.string(),
      namespace: optionalText,
    }),
    z.looseObject({
      type: z.literal('custom_tool_call'),
      call_id: z.string(),
      name: z.string(),
      input: z.string(),
      namespace: optionalText,
    }),
    z.looseObject({
      type: z.enum(['function_call_output', 'custom_tool_call_output']),
      call_id: z.string(),
      output: content,
    }),
    z.looseObject({
      type: z.literal('reasoning'),
      id: optionalText,
      summary: texts,
      content: texts,
      encrypted_content: optionalText,
    }),
  ]),
  otherThan([
    ...['message', 'function_call', 'custom_tool_call', 'function_call_output', 'custom_tool_call_output'],
    'reasoning',
  ]),
]);

/** A message may leave its type out. */
const inputItem = z.preprocess((item) => {
  const object = objectOf(item);
  const untyped = object !== undefined && (object['type'] ?? null) === null;
  return untyped ? { ...object, type: 'message' } : item;
}, typedItem);

const tool = z.union([
  z.discriminatedUnion('type', [
    z.looseObject({
      type: z.literal('function'),
      name: z.string(),
      description: optionalText,
      parameters: anyObject.nullish(),
      strict: z.boolean().nullish(),
    }),
    z.looseObject({
      type: z.literal('custom'),
      name: z.string(),
      description: optionalText,
      format: anyObject.nullish(),
    }),
  ]),
  otherThan(['function', 'custom']),
]);

const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.discriminatedUnion('type', [
    z.looseObject({ type: z.enum(['function', 'custom']), name: z.string() }),
    z.looseObject({
      type: z.literal('allowed_tools'),
      mode: z.enum(['auto', 'required']),
      tools: z.array(z.looseObject({ type: z.string(), name: optionalText })),
    }),
  ]),
  otherThan(['function', 'custom', 'allowed_tools']),
]);

/** https://platform.openai.com/docs/api-reference/responses/create#responses-create-text */
const format = z.union([
  z.discriminatedUnion('type', [
    z.looseObject({ type: z.enum(['text', 'json_object']) }),
    z.looseObject({
      type: z.literal('json_schema'),
      name: z.string(),
      schema: anyObject,
      description: optionalText,
      strict: z.boolean().nullish(),
    }),
  ]),
  otherThan(['text', 'json_object', 'json_schema']),
]);

/** https://platform.openai.com/docs/api-reference/responses/create */
export const responsesRequest = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(inputItem)]).nullish(),
  instructions: optionalText,
  stream: z.boolean().nullish(),
  max_output_tokens: z.number().int().min(1).nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z.looseObject({ format: format.nullish() }).nullish(),
  reasoning: z.looseObject({ effort: optionalText, summary: optionalText }).nullish(),
  include: z.array(z.string()).nullish(),
  top_logprobs: z.number().int().min(0).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  user: optionalText,
  service_tier: optionalText,
  prompt_cache_key: optionalText,
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  stream_options: anyObject.nullish(),
  previous_response_id: optionalText,
  conversation: z.unknown().optional(),
  prompt: z.unknown().optional(),
});

export type WireRequest = z.output<typeof responsesRequest>;
export type WireItem = z.output<typeof inputItem>;
export type WireContent = z.output<typeof content>;
export type WirePart = z.output<typeof contentPart>;
export type WireTool = z.output<typeof tool>;
export type WireToolChoice = z.output<typeof toolChoice>;
export type WireFormat = z.output<typeof format>;

/** What `include` asks log probabilities with. */
export const INCLUDE_LOGPROBS = 'message.output_text.logprobs';
/** What `include` asks the vendor's state of the reasoning with, for conversations that it does not store. */
export const INCLUDE_ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/** Kinds that no other dialect knows: kept as they are. */
function otherThan(known: readonly string[]) {
  return z.looseObject({
    type: z
      .string()
      .refine((type) => !known.includes(type), { error: 'is not as this type should be', abort: true }),
  });
}
