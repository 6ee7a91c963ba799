import { describe, expect, it } from '@jest/globals';
import type { SentRequest } from '../traffic/sent-request.js';
import { chargeOf } from '../traffic/vendor-usage.js';
import { checkAnswers, type AnswersInput } from './answers.js';
import type { BookedRequest } from './books.js';

const NONCE = 5;

function sent(change: Partial<SentRequest> = {}): SentRequest {
  return {
    ...{
      nonce: NONCE,
      organization: 'first',
      key: 'first-plain',
      proxy: 'proxy-1',
      dialect: 'openai-chat',
      streamed: false,
    },
    ...{ sentAt: 1_000, endedAt: 1_100, ending: 'complete', id: 'one', status: 200, said: undefined },
    ...change,
  };
}

function record(change: Partial<BookedRequest> = {}): BookedRequest {
  return {
    id: 'one',
    organizationId: 'org',
    apiKeyId: 'key',
    outcome: 'succeeded',
    charge: chargeOf(NONCE),
    ...change,
  };
}

function violations(input: {
  readonly sent: readonly SentRequest[];
  readonly records: readonly BookedRequest[];
  readonly seen?: readonly number[];
  readonly idCount?: number;
  readonly deaths?: AnswersInput['deaths'];
}): readonly string[] {
  return checkAnswers({
    sent: input.sent,
    books: { records: input.records, idCount: input.idCount ?? input.records.length },
    seenByVendors: new Set(input.seen ?? []),
    deaths: input.deaths ?? [],
  });
}

describe('requests answered = usage records', () => {
  it('holds for an answer with its record and its charge', () => {
    expect(violations({ sent: [sent()], records: [record()] })).toEqual([]);
  });

  it.each([
    ['an answer without a record', [sent()], [], /no record/],
    ['a cut stream without a record', [sent({ ending: 'cut' })], [], /no record/],
    ['a wrong charge', [sent()], [record({ charge: 1n })], /charged 1 instead of/],
    [
      'a charge for a refusal',
      [sent({ ending: 'refused', status: 502 })],
      [record()],
      /refused, and charged/,
    ],
    ['a failure of what was answered', [sent()], [record({ outcome: 'failed' })], /recorded as failed/],
    ['a record of nobody', [], [record()], /records of nobody's requests/],
  ])('finds %s', (_, requests, records, message) => {
    expect(violations({ sent: requests, records })).toEqual([expect.stringMatching(message)]);
  });

  it('finds one request recorded twice', () => {
    expect(violations({ sent: [sent()], records: [record(), record()], idCount: 1 })).toEqual([
      '2 records have only 1 ids.',
      '2 records, but 1 ids.',
    ]);
  });

  it('takes a refusal without a record only if no vendor was asked', () => {
    const refused = sent({ ending: 'refused', status: 402 });
    expect(violations({ sent: [refused], records: [] })).toEqual([]);
    expect(violations({ sent: [refused], records: [], seen: [NONCE] })).toEqual([
      expect.stringContaining('no record'),
    ]);
  });

  it('counts requests without an id between those that vendors saw and those that were sent', () => {
    const lost = sent({ ending: 'lost', id: undefined, status: undefined });
    const unreachable = sent({ nonce: 6, ending: 'unreachable', id: undefined });
    expect(violations({ sent: [lost], records: [], seen: [] })).toEqual([]);
    expect(violations({ sent: [lost], records: [record()], seen: [NONCE] })).toEqual([]);
    expect(violations({ sent: [lost], records: [], seen: [NONCE] })).toEqual([
      expect.stringContaining('only 0 are recorded'),
    ]);
    expect(violations({ sent: [unreachable], records: [record()] })).toHaveLength(1);
  });

  it('takes a whole answer as interrupted only if its proxy was killed then', () => {
    const records = [record({ outcome: 'interrupted', charge: 9n })];
    const death = { proxy: 'proxy-1', at: 1_200 } as const;
    expect(violations({ sent: [sent()], records, deaths: [death] })).toEqual([]);
    expect(violations({ sent: [sent()], records, deaths: [{ ...death, proxy: 'proxy-2' }] })).toHaveLength(1);
    expect(violations({ sent: [sent()], records, deaths: [{ ...death, at: 9_000 }] })).toHaveLength(1);
  });
});
