/** What a case shows of a dialect: a client's request, a vendor's whole answer, a vendor's stream. */
export type CaseSubject = 'request' | 'response' | 'stream';

export interface GoldenCase {
  readonly name: string;
  readonly shows: string;
  readonly subjects: readonly CaseSubject[];
  /** Only clients that can ask for it are answered so. */
  readonly asked?: true;
}

const ALL = ['request', 'response', 'stream'] as const;
const ANSWER = ['response', 'stream'] as const;
const REQUEST = ['request'] as const;

/**
 * The cases that every dialect has to show, each in files `<dialect>/<case>.request.json`, `.response.json` and
 * `.stream.sse`; what a dialect can't say at all stands in `<dialect>/inexpressible.ts` with the reason.
 */
export const GOLDEN_CASES: readonly GoldenCase[] = [
  { name: 'text', shows: 'a question and its answer', subjects: ALL },
  { name: 'unicode', shows: 'emoji, right-to-left text, escapes, a NUL and line separators', subjects: ALL },
  { name: 'system-array', shows: 'several instructions before the conversation', subjects: REQUEST },
  { name: 'multi-turn', shows: 'a conversation that went back and forth', subjects: REQUEST },
  { name: 'tool-one', shows: 'one call of a function', subjects: ALL },
  { name: 'tools-parallel', shows: 'two calls in one answer, and their results', subjects: ALL },
  {
    name: 'tool-arguments-streamed',
    shows: 'arguments in many pieces, with escapes and unicode',
    subjects: ['stream'],
  },
  { name: 'tool-empty-arguments', shows: 'a call without arguments', subjects: ALL },
  { name: 'text-beside-tool-calls', shows: 'words before a call', subjects: ALL },
  { name: 'tool-choice', shows: 'one tool demanded, no parallel calls', subjects: REQUEST },
  { name: 'tool-result-error', shows: 'a tool that failed', subjects: REQUEST },
  { name: 'tool-result-image', shows: 'a tool that answers with an image', subjects: REQUEST },
  { name: 'builtin-web-search', shows: "the vendor's own web search as a tool", subjects: REQUEST },
  { name: 'image-url', shows: 'an image by its address', subjects: REQUEST },
  { name: 'image-base64', shows: 'an image by its bytes', subjects: REQUEST },
  { name: 'pdf', shows: 'a PDF by its bytes', subjects: REQUEST },
  { name: 'audio-input', shows: 'a sound by its bytes', subjects: REQUEST },
  {
    name: 'reasoning',
    shows: 'thoughts with a signature, asked for, answered and given back',
    subjects: ALL,
  },
  { name: 'reasoning-hidden', shows: 'thoughts that only the vendor can read', subjects: ALL },
  { name: 'json-schema', shows: 'an answer by a schema', subjects: ALL },
  { name: 'json-object', shows: 'an answer in any JSON', subjects: REQUEST },
  { name: 'stop-sequences', shows: 'texts that end the answer', subjects: ALL },
  { name: 'length-stop', shows: 'an answer that reached its limit', subjects: ALL },
  { name: 'sampling', shows: 'temperature and its relatives', subjects: REQUEST },
  { name: 'identification', shows: 'end user, metadata, service tier', subjects: REQUEST },
  { name: 'refusal', shows: 'a model that would not answer', subjects: ANSWER },
  { name: 'safety-block', shows: 'an answer that a filter stopped', subjects: ANSWER },
  { name: 'citations', shows: 'an answer with its sources, after a search', subjects: ANSWER },
  { name: 'cached-tokens', shows: 'cache marks, and usage with cache reads and writes', subjects: ALL },
  { name: 'empty-content', shows: 'an answer without a word', subjects: ANSWER },
  { name: 'logprobs', shows: 'log probabilities', subjects: ALL, asked: true },
  { name: 'several-choices', shows: 'two answers to one question', subjects: ALL, asked: true },
  { name: 'unknown-members', shows: 'members that no version of the dialect knows yet', subjects: ALL },
  { name: 'error-in-stream', shows: 'a vendor that fails after its first words', subjects: ['stream'] },
];
