import { z } from 'zod';

const number = z.number().nullish();
const tokens = z.array(z.number());
const jsonObject = z.record(z.string(), z.unknown());
const limit = z.number().int().min(1).nullish();

/** https://platform.openai.com/docs/api-reference/completions/create */
export const completionRequest = z.looseObject({
  model: z.string(),
  prompt: z.union([z.string(), z.array(z.string()), tokens, z.array(tokens)]),
  stream: z.boolean().nullish(),
  stream_options: jsonObject.nullish(),
  max_tokens: limit,
  n: limit,
  best_of: limit,
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  suffix: z.string().nullish(),
  echo: z.boolean().nullish(),
  logprobs: z.number().int().min(0).nullish(),
  logit_bias: jsonObject.nullish(),
  temperature: number,
  top_p: number,
  frequency_penalty: number,
  presence_penalty: number,
  seed: number,
  user: z.string().nullish(),
});
export type CompletionRequest = z.output<typeof completionRequest>;

export type WireFinish = 'stop' | 'length' | 'content_filter';

/** https://platform.openai.com/docs/api-reference/completions/object */
export interface WireLogprobs {
  readonly tokens: readonly string[];
  readonly token_logprobs: readonly number[];
  readonly top_logprobs: readonly Readonly<Record<string, number>>[];
  /** Where each token begins in the text. */
  readonly text_offset: readonly number[];
}
