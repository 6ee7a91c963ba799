import { usageRecordedV1, type JournalId, type UsageRecordedV1 } from '@tollgate/contracts';
import { z } from 'zod';

/** An event that is not what the contract says: kept as it came, never charged. */
export interface RejectedEvent {
  readonly sequence: number;
  readonly reason: string;
  /** JSON text. */
  readonly raw: string;
}

/** One message of the topic `usage`, taken apart event by event: one bad event does not spoil its neighbours. */
export interface DecodedBatch {
  readonly journalId: JournalId;
  readonly events: readonly UsageRecordedV1[];
  readonly rejected: readonly RejectedEvent[];
  /** Set when the journal holds nothing more: its last sequence number, `null` if the message does not tell. */
  readonly closed: { readonly finalSequence: number | null } | undefined;
}

export type DecodeResult =
  | { readonly status: 'decoded'; readonly batch: DecodedBatch }
  | { readonly status: 'unreadable'; readonly reason: string };

const envelope = z.object({
  // It becomes part of a document key.
  journalId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/)
    .transform((id) => id as JournalId),
  events: z.array(z.unknown()),
  closed: z.boolean().default(false),
  lastSequence: z.number().int().min(0).optional(),
});

const OCCURRED_AT_MIN = Date.UTC(2020, 0, 1);
const CLOCK_SKEW_MAX_MS = 86_400_000;
const ID_LENGTH_MAX = 200;
const CHARGE_MAX = 2n ** 63n - 1n;

/**
 * Reads a message body. `unreadable` only when not even the sequence numbers can be told, so that the whole message
 * has to become a dead letter.
 */
export function decodeBatch(message: { id: string; body: unknown }, now: number): DecodeResult {
  const outer = envelope.safeParse(message.body);
  if (!outer.success) return { status: 'unreadable', reason: problemOf(outer.error) };
  const { journalId, closed, lastSequence } = outer.data;
  const readings = outer.data.events.map((raw) => readEvent(raw, now));
  const events: UsageRecordedV1[] = [];
  const rejected: RejectedEvent[] = [];
  const first = firstSequence(readings, message.id);
  for (const [index, reading] of readings.entries()) {
    if (reading.event !== undefined) events.push(reading.event);
    else if (first === undefined)
      return { status: 'unreadable', reason: `event ${index}: ${reading.reason}` };
    else rejected.push({ sequence: first + index, reason: reading.reason, raw: JSON.stringify(reading.raw) });
  }
  const last = lastSequence ?? lastOf(events, rejected) ?? sequencesOf(message.id)?.last;
  return {
    status: 'decoded',
    batch: { journalId, events, rejected, closed: closed ? { finalSequence: last ?? null } : undefined },
  };
}

type Reading =
  | { readonly event: UsageRecordedV1 }
  | { readonly event: undefined; readonly raw: unknown; readonly reason: string };

function readEvent(raw: unknown, now: number): Reading {
  const parsed = usageRecordedV1.safeParse(raw);
  if (!parsed.success) return { event: undefined, raw, reason: problemOf(parsed.error) };
  const reason = implausible(parsed.data, now);
  return reason === undefined ? { event: parsed.data } : { event: undefined, raw, reason };
}

/** What the contract allows and the tables can't take. */
function implausible(event: UsageRecordedV1, now: number): string | undefined {
  if (event.id.length === 0 || event.id.length > ID_LENGTH_MAX) return 'id: must have 1 to 200 characters';
  if (event.occurredAt < OCCURRED_AT_MIN) return 'occurredAt: lies before 2020';
  if (event.occurredAt > now + CLOCK_SKEW_MAX_MS) return 'occurredAt: lies more than a day ahead';
  if (BigInt(event.charge) > CHARGE_MAX) return 'charge: is more than 2^63 nano-USD';
  if (BigInt(event.vendorCost) > CHARGE_MAX) return 'vendorCost: is more than 2^63 nano-USD';
  return undefined;
}

/** Events of a message are consecutive, so that one readable event, or the message id, numbers them all. */
function firstSequence(readings: readonly Reading[], messageId: string): number | undefined {
  const index = readings.findIndex(({ event }) => event !== undefined);
  const sequence = readings[index]?.event?.sequence;
  const first = sequence === undefined ? sequencesOf(messageId)?.first : sequence - index;
  return first !== undefined && first >= 1 ? first : undefined;
}

function lastOf(...numbered: readonly (readonly { readonly sequence: number }[])[]): number | undefined {
  const sequences = numbered.flat().map(({ sequence }) => sequence);
  return sequences.length === 0 ? undefined : Math.max(...sequences);
}

function sequencesOf(messageId: string): { first: number; last: number } | undefined {
  const match = /:(\d{1,15})-(\d{1,15})(?::|$)/.exec(messageId);
  return match === null ? undefined : { first: Number(match[1]), last: Number(match[2]) };
}

function problemOf(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'not what the contract says';
  return `${issue.path.join('.') || 'message'}: ${issue.message}`;
}
