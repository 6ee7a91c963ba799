import type { AnswerPart, Citation, JsonObject, Signature } from '../canonical/part.js';
import type { TokenLogprob } from '../canonical/response.js';
import { packSignatureBase64, packToolCallId } from '../canonical/signature.js';
import type { Warnings } from '../canonical/warning.js';
import { parseObject } from '../json/tolerant.js';
import { DIALECT } from './wire.js';

/** One part of an answer as clients of the dialect read it; `undefined` with a warning for what they can't. */
export function encodePart(part: AnswerPart, warnings: Warnings): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return { text: part.text, ...signed(part.signature) };
    case 'refusal':
      return { text: part.text };
    case 'reasoning':
      return { text: part.text, thought: true, ...signed(part.signature) };
    case 'tool-call':
      return encodeCall(part);
    case 'image':
    case 'audio':
      return part.source.kind === 'base64'
        ? { inlineData: { mimeType: part.source.mediaType, data: part.source.data } }
        : undefined;
    case 'opaque':
      if (part.origin === DIALECT) return part.value;
      warnings.add('dropped', `answer.${part.kind}`, `only ${part.origin} knows it`);
      return undefined;
  }
}

export function encodeCall(call: Extract<AnswerPart, { type: 'tool-call' }>): JsonObject {
  const { id, name, input, kind, signature } = call;
  const args = kind === 'custom' ? { input } : (parseObject(input) ?? (input.trim() === '' ? {} : { input }));
  return { functionCall: { id: packToolCallId(id, undefined), name, args }, ...signed(signature) };
}

export function signed(signature: Signature | undefined): { readonly thoughtSignature?: string } {
  return signature === undefined ? {} : { thoughtSignature: packSignatureBase64(signature, DIALECT) };
}

export function encodeLogprobs(tokens: readonly TokenLogprob[]): JsonObject {
  const written = ({ token, logprob }: { readonly token: string; readonly logprob: number }): JsonObject => ({
    token,
    logProbability: logprob,
  });
  return {
    chosenCandidates: tokens.map(written),
    topCandidates: tokens.map(({ top }) => ({ candidates: top.map(written) })),
  };
}

/** Citations of several texts, as of one: offsets move by what stands before. */
export class CitedText {
  text = '';
  readonly citations: Citation[] = [];

  add(text: string, citations: readonly Citation[]): void {
    const before = this.text.length;
    const moved = (offset: number | null): number | null => (offset === null ? null : offset + before);
    for (const citation of citations) {
      this.citations.push({ ...citation, start: moved(citation.start), end: moved(citation.end) });
    }
    this.text += text;
  }
}
