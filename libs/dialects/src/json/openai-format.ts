import type { JsonObject } from '../canonical/part.js';
import type { CanonicalRequest, ResponseFormat } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';

export interface EncodedFormat {
  /** The request, with the form of the answer among its instructions where it can't be told otherwise. */
  readonly instructed: CanonicalRequest;
  readonly format?: JsonObject;
}

interface FormatContext {
  readonly target: TargetProfile;
  readonly warnings: Warnings;
}

/** The form of the answer that is asked for, in OpenAI's words; its APIs write a schema each in its own way. */
export function encodeFormat(
  request: CanonicalRequest,
  { target, warnings }: FormatContext,
  wireFormat: (format: ResponseFormat) => JsonObject,
): EncodedFormat {
  const { responseFormat } = request;
  const best = target.structuredOutput;
  if (responseFormat === undefined) return { instructed: request };
  const { type } = responseFormat;
  if (type === 'text' || best === 'json-schema' || (best === 'json-object' && type === 'json')) {
    return { instructed: request, format: wireFormat(responseFormat) };
  }
  warnings.add('approximated', 'responseFormat', 'the form of the answer stands in the instructions');
  const text = instruction(responseFormat);
  const instructed = { ...request, system: [...request.system, { type: 'text', text } as const] };
  return best === 'json-object' ? { instructed, format: { type: 'json_object' } } : { instructed };
}

function instruction(format: Exclude<ResponseFormat, { type: 'text' }>): string {
  if (format.type === 'json') return 'Answer with one JSON object and nothing else.';
  return `Answer with JSON that fits this schema, and nothing else:\n${JSON.stringify(format.schema)}`;
}
