import { z } from 'zod';
import type { JsonObject } from '../canonical/part.js';

export const DIALECT = 'anthropic-messages';

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const cacheControl = z.looseObject({ ttl: z.enum(['5m', '1h']).optional() }).nullish();
const anyObject = z.record(z.string(), z.unknown());
const citationsConfig = z.looseObject({ enabled: z.boolean().optional() }).nullish();
const mark = { cache_control: cacheControl };

const textBlock = z.looseObject({
  type: z.literal('text'),
  text: z.string(),
  citations: z.array(anyObject).nullish(),
  ...mark,
});

const storedSource = z.looseObject({ type: z.literal('file'), file_id: z.string() });
const urlSource = z.looseObject({ type: z.literal('url'), url: z.string() });
const base64Source = z.looseObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() });

/** https://platform.claude.com/docs/en/build-with-claude/vision */
const imageBlock = z.looseObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [base64Source, urlSource, storedSource]),
  ...mark,
});

/** https://platform.claude.com/docs/en/build-with-claude/pdf-support */
const documentBlock = z.looseObject({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [
    base64Source,
    urlSource,
    storedSource,
    z.looseObject({ type: z.literal('text'), data: z.string(), media_type: z.string().optional() }),
    z.looseObject({
      type: z.literal('content'),
      content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textBlock, imageBlock]))]),
    }),
  ]),
  title: z.string().nullish(),
  context: z.string().nullish(),
  citations: citationsConfig,
  ...mark,
});

/** https://platform.claude.com/docs/en/build-with-claude/search-results */
const searchResultBlock = z.looseObject({
  type: z.literal('search_result'),
  source: z.string(),
  title: z.string(),
  content: z.array(textBlock),
  citations: citationsConfig,
  ...mark,
});

const toolUseBlock = z.looseObject({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.unknown(),
  toolset_name: z.string().nullish(),
  caller: z.looseObject({ type: z.string() }).nullish(),
  ...mark,
});

/** Blocks that no other dialect knows: kept as they are. */
const otherBlock = (known: readonly string[]) =>
  z.looseObject({
    type: z
      .string()
      .refine((type) => !known.includes(type), { error: 'is not as this type of block is', abort: true }),
  });

const toolResultBlock = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  toolset_name: z.string().nullish(),
  is_error: z.boolean().nullish(),
  content: z
    .union([
      z.string(),
      z.array(
        z.union([
          z.discriminatedUnion('type', [textBlock, imageBlock, documentBlock, searchResultBlock]),
          otherBlock(['text', 'image', 'document', 'search_result']),
        ]),
      ),
    ])
    .nullish(),
  ...mark,
});

const KNOWN_BLOCKS = [
  ...['text', 'image', 'document', 'search_result', 'tool_use', 'tool_result'],
  ...['thinking', 'redacted_thinking'],
];

const contentBlock = z.union([
  z.discriminatedUnion('type', [
    textBlock,
    imageBlock,
    documentBlock,
    searchResultBlock,
    toolUseBlock,
    toolResultBlock,
    z.looseObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().nullish() }),
    z.looseObject({ type: z.literal('redacted_thinking'), data: z.string() }),
  ]),
  otherBlock(KNOWN_BLOCKS),
]);

const tool = z.union([
  z.looseObject({
    type: z.literal('custom').nullish(),
    name: z.string(),
    description: z.string().nullish(),
    input_schema: anyObject,
    strict: z.boolean().nullish(),
    ...mark,
  }),
  z.looseObject({
    type: z
      .string()
      .refine((type) => type !== 'custom', { error: 'needs name and input_schema', abort: true }),
  }),
]);

const parallel = { disable_parallel_tool_use: z.boolean().nullish() };

const toolChoice = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('auto'), ...parallel }),
  z.looseObject({ type: z.literal('any'), ...parallel }),
  z.looseObject({ type: z.literal('tool'), name: z.string(), ...parallel }),
  z.looseObject({ type: z.literal('none') }),
]);

const jsonFormat = z.looseObject({ type: z.literal('json_schema'), schema: anyObject });

/** https://platform.claude.com/docs/en/api/messages/create */
export const messagesRequest = z.looseObject({
  model: z.string(),
  // 0 only fills the prompt cache. Absent in requests for a count of tokens.
  max_tokens: z.number().int().min(0).nullish(),
  messages: z.array(
    z.looseObject({
      role: z.enum(['user', 'assistant', 'system']),
      content: z.union([z.string(), z.array(contentBlock)]),
    }),
  ),
  system: z.union([z.string(), z.array(textBlock)]).nullish(),
  stream: z.boolean().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().int().nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  thinking: z
    .looseObject({
      type: z.string(),
      budget_tokens: z.number().int().nullish(),
      display: z.string().nullish(),
    })
    .nullish(),
  output_config: z.looseObject({ effort: z.string().nullish(), format: jsonFormat.nullish() }).nullish(),
  // Of the beta, before it moved into output_config.
  output_format: jsonFormat.nullish(),
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  service_tier: z.string().nullish(),
});

export type WireRequest = z.output<typeof messagesRequest>;
export type WireContent = WireRequest['messages'][number]['content'];
export type WireBlock = Exclude<WireContent, string>[number];
export type WireTool = z.output<typeof tool>;
export type TextBlock = z.output<typeof textBlock>;
export type ImageBlock = z.output<typeof imageBlock>;
export type DocumentBlock = z.output<typeof documentBlock>;
export type SearchResultBlock = z.output<typeof searchResultBlock>;
export type ToolUseBlock = z.output<typeof toolUseBlock>;
export type ToolResultBlock = z.output<typeof toolResultBlock>;
export type CacheControl = z.output<typeof cacheControl>;

/** A block as we write it. */
export type Block = JsonObject;

/** Names of tools that the vendor takes; as its errors say. */
export const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;
