import { describe, expect, it } from '@jest/globals';
import {
  CLIENT_DIALECT_IDS,
  OPERATIONS,
  REQUEST_OUTCOMES,
  USAGE_SOURCES,
  usageRecordedV1,
  type UsageRecordedV1,
} from '@tollgate/contracts';
import fc from 'fast-check';
import type { JournalEnd, JournalStart } from '../journal.js';
import { encodeEnd, encodeStart } from './encode-entry.js';

const text = fc.string({ unit: 'grapheme' });
const count = fc.nat();
const named = fc.record({ id: text, name: text });
const money = fc.bigInt({ min: 0n, max: 10n ** 18n }).map(String);
const usage = fc.record({
  input: count,
  cacheRead: count,
  cacheWrite5m: count,
  cacheWrite1h: count,
  audioInput: count,
  imageInput: count,
  output: count,
  reasoning: count,
  audioOutput: count,
});

/** Every field that an event may have, in every kind of value. */
const event = fc.record<Record<keyof UsageRecordedV1, unknown>>({
  type: fc.constant('usage.recorded'),
  version: fc.constant(1),
  sequence: fc.integer({ min: 1 }),
  id: fc.uuid(),
  occurredAt: count,
  organization: named,
  apiKey: named,
  group: text,
  operation: fc.constantFrom(...OPERATIONS),
  dialect: fc.constantFrom(...CLIENT_DIALECT_IDS),
  streamed: fc.boolean(),
  model: text,
  priceCard: fc.option(fc.record({ id: text, version: count })),
  leaseId: fc.option(fc.uuid()),
  budgetLeases: fc.option(fc.array(fc.record({ account: text, leaseId: text })), { nil: undefined }),
  durationMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  firstByteMs: fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
  upstreamModel: fc.option(text),
  provider: fc.option(text),
  channel: fc.option(named),
  attempts: count,
  outcome: fc.constantFrom(...REQUEST_OUTCOMES),
  httpStatus: count,
  errorCode: fc.option(text),
  usage,
  usageSource: fc.constantFrom(...USAGE_SOURCES),
  charge: money,
  vendorCost: money,
  findings: fc.array(text),
  warnings: fc.array(text),
}) as fc.Arbitrary<UsageRecordedV1>;

const endIn = (end: JournalEnd, sequence: number): unknown => JSON.parse(String(encodeEnd(end, sequence)));
const startIn = (start: JournalStart): unknown => JSON.parse(String(encodeStart(start)));

describe('an encoded entry', () => {
  it('says of an end what JSON.stringify says, whatever its values', () => {
    fc.assert(
      fc.property(event, (entry) => {
        expect(endIn(entry, entry.sequence)).toEqual(JSON.parse(JSON.stringify(entry)));
      }),
    );
  });

  it('says of a start what an interrupted request needs', () => {
    fc.assert(
      fc.property(event, (entry) => {
        const { id, occurredAt, organization, apiKey, group, operation, dialect, streamed } = entry;
        const { model, priceCard, leaseId, budgetLeases, usage, charge, vendorCost } = entry;
        const known = { id, occurredAt, organization, apiKey, group, operation, dialect, streamed };
        const estimate = { usage, charge, vendorCost };
        const start = { ...known, model, priceCard, leaseId, budgetLeases, estimate };
        expect(startIn({ ...entry, ...start })).toEqual(JSON.parse(JSON.stringify(start)));
      }),
    );
  });

  it('takes over nothing from another one of the same key and channel', () => {
    const changed = fc.tuple(
      fc.constantFrom(...(Object.keys(usageRecordedV1.shape) as (keyof UsageRecordedV1)[])),
      event,
    );
    fc.assert(
      fc.property(event, fc.array(changed, { minLength: 1, maxLength: 12 }), (first, changes) => {
        let entry = first;
        for (const [field, other] of changes) {
          entry = { ...entry, [field]: other[field] };
          const expected = JSON.parse(
            JSON.stringify({ ...entry, type: 'usage.recorded', version: 1 }),
          ) as unknown;
          expect(endIn(entry, entry.sequence)).toEqual(expected);
          expect(endIn(first, first.sequence)).toEqual(JSON.parse(JSON.stringify(first)));
        }
      }),
    );
  });

  it('forgets no field that the contract knows', () => {
    const [one] = fc.sample(event, 1);
    const whole = { ...one!, budgetLeases: [] };
    expect(Object.keys(endIn(whole, 1) as object).sort()).toEqual(Object.keys(usageRecordedV1.shape).sort());
  });

  it('names an organisation, a key and a channel by id and name, whatever else is known of them', () => {
    const organization = { id: 'o', name: 'acme', status: 'active', secret: 'not for the journal' };
    const [one] = fc.sample(event, 1);
    const entry = { ...one!, organization } as unknown as UsageRecordedV1;
    expect((endIn(entry, 1) as UsageRecordedV1).organization).toEqual({ id: 'o', name: 'acme' });
  });

  it('has null for what is no number, as JSON does', () => {
    const [one] = fc.sample(event, 1);
    const entry = { ...one!, durationMs: Number.NaN, firstByteMs: Infinity };
    expect(endIn(entry, 1)).toMatchObject({ durationMs: null, firstByteMs: null });
  });
});
