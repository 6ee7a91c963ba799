import type { UsageQuantities } from '@tollgate/contracts';
import type { JournalEnd, JournalStart } from '../journal.js';
import { JsonWriter } from './json-writer.js';
import { SharedMembers } from './shared-members.js';

/*
 * Entries in JSON, twice a request: pieces of bytes behind one another, of which most are known beforehand. The spec
 * compares what comes of it with what `JSON.stringify` makes of arbitrary entries, so that no field can be forgotten here.
 */

/** What the start and the end of a request both say, and those of many other requests too. */
type Facts = Omit<JournalStart, 'id' | 'occurredAt' | 'leaseId' | 'budgetLeases' | 'estimate'>;

/** How a request ended, as many others did. */
type Ending = Pick<
  JournalEnd,
  | 'upstreamModel'
  | 'provider'
  | 'channel'
  | 'attempts'
  | 'outcome'
  | 'httpStatus'
  | 'errorCode'
  | 'usageSource'
>;

const OCCURRED_AT = Buffer.from('","occurredAt":');
const LEASE = Buffer.from(',"leaseId":"');
const NO_LEASE = Buffer.from(',"leaseId":null');
const QUOTE = Buffer.from('"');
const ESTIMATE = Buffer.from(',"estimate":{');
const START_CLOSE = Buffer.from('}}');
const EVENT = Buffer.from(',"type":"usage.recorded","version":1,"sequence":');
const DURATION = Buffer.from(',"durationMs":');
const FIRST_BYTE = Buffer.from(',"firstByteMs":');
const NO_REMARKS = Buffer.from(',"findings":[],"warnings":[]}');
const INPUT = Buffer.from('"usage":{"input":');
const OUTPUT = Buffer.from(',"output":');
const REASONING = Buffer.from(',"reasoning":');
/** Most requests are of text, and nothing of it was cached. */
const PLAIN_TEXT = Buffer.from(
  ',"cacheRead":0,"cacheWrite5m":0,"cacheWrite1h":0,"audioInput":0,"imageInput":0,"audioOutput":0',
);
const CHARGE = Buffer.from('},"charge":"');
const VENDOR_COST = Buffer.from('","vendorCost":"');

/** What is known of a request when it is admitted. */
export function writeStart(out: JsonWriter, start: JournalStart): void {
  const { usage, charge, vendorCost } = start.estimate;
  writeRequest(out, start);
  out.encoded(ESTIMATE);
  writeCost(out, usage, charge, vendorCost);
  out.encoded(START_CLOSE);
}

/** A usage event, as it is published. */
export function writeEnd(out: JsonWriter, end: JournalEnd, sequence: number): void {
  const { findings, warnings } = end;
  writeRequest(out, end);
  out.encoded(EVENT);
  out.number(sequence);
  out.encoded(DURATION);
  out.number(end.durationMs);
  out.encoded(FIRST_BYTE);
  out.number(end.firstByteMs);
  out.encoded(endings.of(end));
  writeCost(out, end.usage, end.charge, end.vendorCost);
  if (findings.length + warnings.length === 0) out.encoded(NO_REMARKS);
  else out.text(`,${membersOf({ findings, warnings })}}`);
}

/** Most entries are shorter. */
const ENTRY_BYTES = 1_536;

/** The JSON of a start by itself. */
export function encodeStart(start: JournalStart): Buffer {
  const out = new JsonWriter(ENTRY_BYTES);
  writeStart(out, start);
  return exactly(out.part());
}

/** The JSON of an end by itself. */
export function encodeEnd(end: JournalEnd, sequence: number): Buffer {
  const out = new JsonWriter(ENTRY_BYTES);
  writeEnd(out, end, sequence);
  return exactly(out.part());
}

/** A copy that keeps no more than itself in memory: an event that is in no file may wait for long. */
function exactly(bytes: Buffer): Buffer {
  return Buffer.from(new Uint8Array(bytes).buffer);
}

function writeRequest(out: JsonWriter, entry: JournalStart | JournalEnd): void {
  const { leaseId, budgetLeases } = entry;
  out.encoded(beginnings.of(entry));
  // Ids that `newId` made hold nothing to escape.
  out.ascii(entry.id);
  out.encoded(OCCURRED_AT);
  out.number(entry.occurredAt);
  if (leaseId === null) out.encoded(NO_LEASE);
  else {
    out.encoded(LEASE);
    out.ascii(leaseId);
    out.encoded(QUOTE);
  }
  if (budgetLeases !== undefined) out.text(`,${membersOf({ budgetLeases })}`);
}

function writeCost(out: JsonWriter, usage: UsageQuantities, charge: string, vendorCost: string): void {
  const { cacheRead, cacheWrite5m, cacheWrite1h, audioInput, imageInput, audioOutput } = usage;
  out.encoded(INPUT);
  out.number(usage.input);
  out.encoded(OUTPUT);
  out.number(usage.output);
  out.encoded(REASONING);
  out.number(usage.reasoning);
  if (cacheRead + cacheWrite5m + cacheWrite1h + audioInput + imageInput + audioOutput === 0)
    out.encoded(PLAIN_TEXT);
  else {
    const others = { cacheRead, cacheWrite5m, cacheWrite1h, audioInput, imageInput, audioOutput };
    out.ascii(`,${membersOf(others)}`);
  }
  out.encoded(CHARGE);
  out.ascii(charge);
  out.encoded(VENDOR_COST);
  out.ascii(vendorCost);
  out.encoded(QUOTE);
}

/** Up to the opening quote of the id. */
const beginnings = new SharedMembers<Facts, Omit<Facts, 'apiKey'>>({
  owner: ({ apiKey }) => apiKey,
  facts: ({ model, priceCard, organization, group, operation, dialect, streamed }) => ({
    ...{ model, priceCard, organization, group, operation, dialect, streamed },
  }),
  same: (one, other) =>
    one.model === other.model &&
    one.priceCard?.id === other.priceCard?.id &&
    one.priceCard?.version === other.priceCard?.version &&
    one.organization === other.organization &&
    one.group === other.group &&
    one.operation === other.operation &&
    one.dialect === other.dialect &&
    one.streamed === other.streamed,
  encode: ({ organization, apiKey, group, operation, dialect, streamed, model, priceCard }) => {
    const members = {
      organization: named(organization),
      apiKey: named(apiKey),
      ...{ group, operation, dialect, streamed, model },
      priceCard: priceCard === null ? null : { id: priceCard.id, version: priceCard.version },
    };
    return `{${membersOf(members)},"id":"`;
  },
});

/** Whose endings are those of requests that no channel took. */
const NO_CHANNEL = {};

const endings = new SharedMembers<Ending, Omit<Ending, 'channel'>>({
  owner: ({ channel }) => channel ?? NO_CHANNEL,
  facts: ({ upstreamModel, provider, attempts, outcome, httpStatus, errorCode, usageSource }) => ({
    ...{ upstreamModel, provider, attempts, outcome, httpStatus, errorCode, usageSource },
  }),
  same: (one, other) =>
    one.upstreamModel === other.upstreamModel &&
    one.provider === other.provider &&
    one.attempts === other.attempts &&
    one.outcome === other.outcome &&
    one.httpStatus === other.httpStatus &&
    one.errorCode === other.errorCode &&
    one.usageSource === other.usageSource,
  encode: ({ upstreamModel, provider, channel, attempts, outcome, httpStatus, errorCode, usageSource }) => {
    const by = { upstreamModel, provider, channel: channel === null ? null : named(channel) };
    return `,${membersOf({ ...by, attempts, outcome, httpStatus, errorCode, usageSource })},`;
  },
});

/** Not what else is known of an organisation, a key or a channel. */
function named({ id, name }: { readonly id: string; readonly name: string }): object {
  return { id, name };
}

/** The members of a JSON object, to be put among others. */
function membersOf(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}
