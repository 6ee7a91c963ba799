import { describe, expect, it } from '@jest/globals';
import { ManualClock, usageEvent } from '@tollgate/testing';
import { decodeBatch, type DecodedBatch } from './decode-batch.js';

const now = new ManualClock().now();
const event = (sequence: number, overrides: object = {}): object => ({
  ...usageEvent({ sequence }),
  ...overrides,
});
const decode = (body: unknown, id = 'journal-1:1-3') => decodeBatch({ id, body }, now);
const decoded = (body: unknown, id?: string): DecodedBatch => {
  const result = decode(body, id);
  if (result.status !== 'decoded') throw new Error(result.reason);
  return result.batch;
};
const broken = { nothing: 'of it' };

describe('decodeBatch', () => {
  it('reads every event of a good message', () => {
    const batch = decoded({ journalId: 'journal-1', events: [event(1), event(2)] });
    expect(batch.events.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(batch).toMatchObject({ journalId: 'journal-1', rejected: [], closed: undefined });
  });

  it('numbers unreadable events by their neighbours', () => {
    const batch = decoded({ journalId: 'journal-1', events: [broken, event(8), broken] }, 'no numbers');
    expect(batch.rejected.map(({ sequence, raw }) => [sequence, raw])).toEqual([
      [7, '{"nothing":"of it"}'],
      [9, '{"nothing":"of it"}'],
    ]);
  });

  it.each(['journal-1:5-6', 'journal-1:5-6:again-7'])('numbers them by the message id %s', (id) => {
    const batch = decoded({ journalId: 'journal-1', events: [broken, broken] }, id);
    expect(batch.rejected.map(({ sequence }) => sequence)).toEqual([5, 6]);
  });

  it.each<[string, object]>([
    ['id: must', { id: 'x'.repeat(201) }],
    ['occurredAt: lies before', { occurredAt: 0 }],
    ['occurredAt: lies more', { occurredAt: now + 86_400_001 }],
    ['charge: is more', { charge: '9999999999999999999' }],
    ['vendorCost: is more', { vendorCost: '9999999999999999999' }],
    ['usage.input: ', { usage: { ...usageEvent().usage, input: -1 } }],
    ['usage: Unrecognized', { usage: { ...usageEvent().usage, dreams: 1 } }],
    ['charge: ', { charge: 1.5 }],
  ])('rejects an event because its %s…', (reason, overrides) => {
    const batch = decoded({ journalId: 'journal-1', events: [event(1, overrides), event(2)] });
    expect(batch.events).toHaveLength(1);
    expect(batch.rejected).toEqual([
      { sequence: 1, reason: expect.stringContaining(reason), raw: expect.any(String) },
    ]);
  });

  it.each<[string, unknown, number | null]>([
    ['its last event', { events: [event(4), event(5)] }, 5],
    ['the message id, when it is empty', { events: [] }, 3],
    ['what it says, before all', { events: [event(4)], lastSequence: 9 }, 9],
  ])('knows the end of a closed journal by %s', (_name, body, finalSequence) => {
    const batch = decoded({ journalId: 'journal-1', closed: true, ...(body as object) });
    expect(batch.closed).toEqual({ finalSequence });
  });

  it('does not guess the end that nothing tells', () => {
    const batch = decoded({ journalId: 'journal-1', events: [], closed: true }, 'closing words');
    expect(batch.closed).toEqual({ finalSequence: null });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'message: '],
    ['no journal', { events: [] }, 'journalId: '],
    ['a journal id that can be no document key', { journalId: 'a.b', events: [] }, 'journalId: '],
    ['no events', { journalId: 'j', events: 'none' }, 'events: '],
  ])('can read nothing from %s', (_name, body, reason) => {
    expect(decode(body)).toEqual({ status: 'unreadable', reason: expect.stringContaining(reason) });
  });

  it('can read nothing where no event can be numbered', () => {
    expect(decode({ journalId: 'j', events: [broken] }, 'no numbers')).toMatchObject({
      status: 'unreadable',
      reason: expect.stringContaining('event 0'),
    });
  });
});
