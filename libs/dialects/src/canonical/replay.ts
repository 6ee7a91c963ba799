import type { AnswerPart, ReasoningPart } from './part.js';
import type { CanonicalResponse } from './response.js';
import type { EmitPart } from './stream.js';

/** Tells a whole answer as a stream: for clients that stream from a vendor that does not. */
export function replayResponse(response: CanonicalResponse, emit: EmitPart): void {
  const { id, model, createdAt, usage } = response;
  emit({ type: 'response-start', id, model, createdAt });
  for (const [choice, { parts, finish, logprobs }] of response.choices.entries()) {
    for (const part of parts) replayPart(part, choice, emit);
    if (logprobs !== undefined) emit({ type: 'logprobs', choice, tokens: logprobs });
    emit({ type: 'finish', choice, finish });
  }
  if (usage !== undefined) emit({ type: 'usage', usage });
}

function replayPart(part: AnswerPart, choice: number, emit: EmitPart): void {
  switch (part.type) {
    case 'text':
      emit({ type: 'text-start', choice });
      if (part.text !== '') emit({ type: 'text-delta', choice, text: part.text });
      for (const citation of part.citations ?? []) emit({ type: 'citation', choice, citation });
      emit({ type: 'text-end', choice, ...signed(part) });
      return;
    case 'reasoning':
      replayReasoning(part, choice, emit);
      return;
    case 'tool-call': {
      const { id, name, kind, input } = part;
      emit({ type: 'tool-call-start', choice, id, name, kind, ...signed(part) });
      if (input !== '') emit({ type: 'tool-input-delta', choice, text: input });
      emit({ type: 'tool-call-end', choice });
      return;
    }
    case 'refusal':
      emit({ type: 'refusal-start', choice });
      if (part.text !== '') emit({ type: 'refusal-delta', choice, text: part.text });
      emit({ type: 'refusal-end', choice });
      return;
    case 'image':
    case 'audio':
      if (part.source.kind !== 'base64') return;
      emit({ type: part.type, choice, data: part.source.data, mediaType: part.source.mediaType });
      return;
    case 'opaque':
      emit({ choice, ...part });
  }
}

function replayReasoning(part: ReasoningPart, choice: number, emit: EmitPart): void {
  const { id, redacted, text } = part;
  emit({
    type: 'reasoning-start',
    choice,
    ...(id === undefined ? {} : { id }),
    ...(redacted === undefined ? {} : { redacted }),
  });
  if (text !== '') emit({ type: 'reasoning-delta', choice, text });
  emit({ type: 'reasoning-end', choice, ...signed(part) });
}

function signed<Part extends { readonly signature?: unknown }>(part: Part): Pick<Part, 'signature'> | object {
  return part.signature === undefined ? {} : { signature: part.signature };
}
