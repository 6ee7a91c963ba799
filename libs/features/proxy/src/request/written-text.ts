import type { CanonicalResponse } from '@tollgate/dialects';

/** Everything that a model wrote in an answer: words, thoughts, arguments of calls. */
export function writtenText({ choices }: CanonicalResponse): string {
  return choices
    .flatMap(({ parts }) => parts)
    .map((part) => (part.type === 'tool-call' ? part.name + part.input : 'text' in part ? part.text : ''))
    .join('');
}
