/** What bears on the way of a request and only the proxies know: no part of an explanation. */
export const NOT_JUDGED = {
  'in-flight':
    'Requests under way in each proxy: for least-in-flight, and for trials, of which there is one at a time.',
  caps: 'How much of the caps of a vendor account is used up.',
  rests: 'What a proxy lets rest after a failure that it saw, or because a vendor asked for it.',
  latencies: 'How fast channels answered each proxy of late: for lowest-latency.',
  'affinity-memory': 'Where a proxy served the last request with the same key.',
  'stored-responses': 'Which channel holds what a request goes on with.',
  'input-length': 'Whether the body is certainly too long for the context of a model that has fallbacks.',
  translation: 'Whether the body says something that a vendor of another dialect can not be told.',
} as const;
export type NotJudged = keyof typeof NOT_JUDGED;

export interface NotJudgedFact {
  readonly fact: NotJudged;
  readonly detail: string;
}

export const NOT_JUDGED_FACTS: readonly NotJudgedFact[] = Object.entries(NOT_JUDGED).map(
  ([fact, detail]) => ({ fact: fact as NotJudged, detail }),
);
