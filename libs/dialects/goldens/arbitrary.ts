import fc from 'fast-check';
import type { AnswerPart, CanonicalResponse, FinishReason } from '../src/index.js';

/** Text as models write it, and as they should not: emoji, lone line ends, quotes, control characters. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    'a\nb',
    '\u2028',
    '"\\"',
    'data: [DONE]\n\n',
    '</think>',
    '\u0000',
    ' ',
    '{"usage":{"prompt_tokens":1}}',
  ),
);

const call: fc.Arbitrary<AnswerPart> = fc
  .record({
    name: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/),
    input: fc.dictionary(fc.stringMatching(/^[a-z"\\ é]{1,8}$/), fc.jsonValue({ maxDepth: 2 }), {
      maxKeys: 3,
    }),
    index: fc.nat(1_000_000),
  })
  .map(({ name, input, index }) => ({
    ...({ type: 'tool-call', kind: 'function', id: `call_${index}`, name } as const),
    input: JSON.stringify(input),
  }));

const parts: fc.Arbitrary<readonly AnswerPart[]> = fc
  .tuple(
    fc.option(
      text.map((words): AnswerPart => ({ type: 'reasoning', text: words })),
      { nil: undefined },
    ),
    fc.option(
      text.map((words): AnswerPart => ({ type: 'text', text: words })),
      { nil: undefined },
    ),
    fc.uniqueArray(call, { maxLength: 3, selector: (part) => (part.type === 'tool-call' ? part.id : '') }),
  )
  .map(([reasoning, words, calls]) => [reasoning, words, ...calls].filter((part) => part !== undefined));

const count = fc.nat(1_000_000);

/** A whole answer that every dialect can say. */
export const answer: fc.Arbitrary<CanonicalResponse> = fc
  .record({
    parts,
    usage: fc.record({ input: count, cacheRead: count, output: count, reasoning: count }),
    stopped: fc.constantFrom<FinishReason>('stop', 'length', 'content-filter'),
  })
  .map(({ parts: content, usage, stopped }) => {
    const calls = content.some(({ type }) => type === 'tool-call');
    const reason: FinishReason = calls && stopped === 'stop' ? 'tool-calls' : stopped;
    return {
      ...{ id: 'answer-1', model: 'vendor-model', createdAt: 1_767_225_600, usage },
      choices: [{ parts: content, finish: { reason, raw: null } }],
    };
  });
