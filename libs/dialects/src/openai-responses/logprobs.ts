import type { JsonObject } from '../canonical/part.js';
import type { TokenLogprob } from '../canonical/response.js';
import { numberOf, objectsOf, textOf } from '../json/tolerant.js';

/** https://platform.openai.com/docs/api-reference/responses-streaming/response/output_text/delta */
export function decodeLogprobs(logprobs: unknown): readonly TokenLogprob[] {
  return objectsOf(logprobs).map((entry) => ({
    ...tokenOf(entry),
    top: objectsOf(entry['top_logprobs']).map(tokenOf),
  }));
}

export function encodeLogprobs(tokens: readonly TokenLogprob[]): readonly JsonObject[] {
  return tokens.map(({ token, logprob, top }) => ({
    ...wireToken({ token, logprob }),
    top_logprobs: top.map(wireToken),
  }));
}

interface Token {
  readonly token: string;
  readonly logprob: number;
}

function tokenOf(entry: JsonObject): Token {
  return { token: textOf(entry['token']) ?? '', logprob: numberOf(entry['logprob']) ?? 0 };
}

function wireToken({ token, logprob }: Token): JsonObject {
  return { token, bytes: [...Buffer.from(token)], logprob };
}
