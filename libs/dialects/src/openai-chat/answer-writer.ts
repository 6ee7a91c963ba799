import type { Citation, JsonObject, Signature, ToolCallPart } from '../canonical/part.js';
import type { CanonicalRequest } from '../canonical/request.js';
import type { TokenLogprob } from '../canonical/response.js';
import { packToolCallId } from '../canonical/signature.js';
import type { AnswerContext } from '../dialect.js';
import { given, parseObject, textOf } from '../json/tolerant.js';
import type { WireAnswerCall } from './wire.js';

const ORIGIN = 'openai-chat';
const ID_PREFIX = 'chatcmpl-';
const AUDIO_KEPT_SECONDS = 3_600;

/** Between thoughts that were apart. */
export const THOUGHTS_APART = '\n\n';

export interface AnswerHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

export function encodeHead(
  {
    id,
    model,
    createdAt,
  }: { readonly id: string | null; readonly model: string | null; readonly createdAt: number | null },
  { request, requestId, now }: AnswerContext,
): AnswerHead {
  return {
    id: id?.startsWith(ID_PREFIX) === true ? id : `${ID_PREFIX}${requestId}`,
    created: createdAt ?? now,
    model: model ?? request.model,
  };
}

/** Names of the tools that take free text: a vendor may call them as functions with one text. */
export function customToolNames({ tools }: CanonicalRequest): ReadonlySet<string> {
  return new Set(tools.flatMap((tool) => (tool.type === 'custom' ? [tool.name] : [])));
}

/** A call of a tool that takes free text, made as a function. */
export function isDisguised(
  { kind, name }: Pick<ToolCallPart, 'kind' | 'name'>,
  customTools: ReadonlySet<string>,
): boolean {
  return kind === 'function' && customTools.has(name);
}

/** The free text of such a call. */
export function freeText(input: string): string {
  return textOf(parseObject(input)?.['input']) ?? input;
}

export function encodeCall({
  id,
  name,
  kind,
  signature,
  input,
}: {
  readonly id: string;
  readonly name: string;
  readonly kind: 'function' | 'custom';
  readonly signature?: Signature;
  readonly input: string;
}): WireAnswerCall {
  const packed = packToolCallId(id, signature);
  return kind === 'custom'
    ? { id: packed, type: kind, custom: { name, input } }
    : { id: packed, type: kind, function: { name, arguments: input } };
}

/**
 * Where a sentence came from. `offset`: UTF-16 units of the answer before the text part that the citation counts in.
 * Sources without an address can't be told.
 */
export function encodeCitation(citation: Citation, offset: number, { warnings }: AnswerContext): unknown {
  const { url, title, start, end, citedText, raw } = citation;
  if (raw?.origin === ORIGIN && offset === 0) return raw.value;
  if (url === null) {
    warnings.add('dropped', 'answer.citations', 'sources without an address are not told there');
    return undefined;
  }
  return {
    type: 'url_citation',
    url_citation: {
      start_index: (start ?? 0) + offset,
      end_index: (end ?? 0) + offset,
      title: title ?? '',
      url,
      ...given('content', citedText ?? undefined),
    },
  };
}

/** https://openrouter.ai/docs/features/multimodal/image-generation */
export function encodeImage(data: string, mediaType: string, index: number): JsonObject {
  return { index, type: 'image_url', image_url: { url: `data:${mediaType};base64,${data}` } };
}

export function encodeAudio(data: string, { requestId, now }: AnswerContext): JsonObject {
  return { id: `audio_${requestId}`, data, expires_at: now + AUDIO_KEPT_SECONDS, transcript: '' };
}

export function encodeLogprobs(tokens: readonly TokenLogprob[]): JsonObject {
  return {
    content: tokens.map(({ token, logprob, top }) => ({
      ...tokenOf(token, logprob),
      top_logprobs: top.map((other) => tokenOf(other.token, other.logprob)),
    })),
    refusal: null,
  };
}

function tokenOf(token: string, logprob: number): JsonObject {
  return { token, logprob, bytes: [...Buffer.from(token)] };
}

export function dropSignature({ warnings }: AnswerContext): void {
  warnings.add('dropped', 'answer.signature', 'the state of a text has no place there');
}

export function dropOpaque(kind: string, { warnings }: AnswerContext): void {
  warnings.add('dropped', `answer.${kind}`, 'only its own dialect knows it');
}
