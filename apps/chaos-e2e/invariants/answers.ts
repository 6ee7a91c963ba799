import type { SentRequest } from '../traffic/sent-request.js';
import { chargeOf } from '../traffic/vendor-usage.js';
import type { Death } from '../world.js';
import type { BookedRequest, Books } from './books.js';

export interface AnswersInput {
  readonly sent: readonly SentRequest[];
  readonly books: Pick<Books, 'records' | 'idCount'>;
  /** Nonces that reached a vendor: these requests were admitted, whatever the client heard. */
  readonly seenByVendors: ReadonlySet<number>;
  readonly deaths: readonly Death[];
}

/** A kill this long after an answer's last byte may still come before its end is in the journal. */
const END_WRITTEN_WITHIN_MS = 1_000;

/**
 * Requests answered = usage records, one each. Those whose id the client never learnt are compared by number: at least
 * as many records as vendors saw such requests, at most as many as were sent.
 *
 * @returns one sentence a violation
 */
export function checkAnswers({ sent, books, seenByVendors, deaths }: AnswersInput): readonly string[] {
  const records = new Map(books.records.map((record) => [record.id, record]));
  const violations: string[] = [];
  if (records.size !== books.records.length)
    violations.push(`${books.records.length} records have only ${records.size} ids.`);
  if (books.idCount !== books.records.length)
    violations.push(`${books.records.length} records, but ${books.idCount} ids.`);
  for (const request of sent) {
    if (request.id === undefined) continue;
    const wrong = checkAnswer(request, records.get(request.id), { seenByVendors, deaths });
    if (wrong !== undefined) violations.push(`${describe(request)}: ${wrong}`);
  }
  return [...violations, ...checkUnknown(sent, records, seenByVendors)];
}

function checkAnswer(
  request: SentRequest,
  record: BookedRequest | undefined,
  { seenByVendors, deaths }: Pick<AnswersInput, 'seenByVendors' | 'deaths'>,
): string | undefined {
  if (record === undefined) {
    const admitted = request.ending !== 'refused' || seenByVendors.has(request.nonce);
    return admitted ? 'no record' : undefined;
  }
  if (request.ending === 'refused')
    return record.charge === 0n ? undefined : `refused, and charged ${record.charge}`;
  if (request.ending !== 'complete') return undefined;
  if (record.outcome === 'succeeded') {
    const due = chargeOf(request.nonce);
    return record.charge === due ? undefined : `charged ${record.charge} instead of ${due}`;
  }
  const killed = deaths.some(
    ({ proxy, at }) =>
      proxy === request.proxy && at >= request.sentAt && at <= request.endedAt + END_WRITTEN_WITHIN_MS,
  );
  return record.outcome === 'interrupted' && killed ? undefined : `whole, and recorded as ${record.outcome}`;
}

function checkUnknown(
  sent: readonly SentRequest[],
  records: ReadonlyMap<string, BookedRequest>,
  seenByVendors: ReadonlySet<number>,
): string[] {
  const known = new Set(sent.flatMap(({ id }) => (id === undefined ? [] : [id])));
  const unknownRecords = [...records.keys()].filter((id) => !known.has(id)).length;
  const unknown = sent.filter(({ id, ending }) => id === undefined && ending !== 'unreachable');
  const seen = unknown.filter(({ nonce }) => seenByVendors.has(nonce)).length;
  if (unknownRecords < seen)
    return [`Vendors saw ${seen} requests without an answer, but only ${unknownRecords} are recorded.`];
  if (unknownRecords > unknown.length)
    return [`${unknownRecords} records of nobody's requests: only ${unknown.length} ended without an id.`];
  return [];
}

function describe({ id, nonce, proxy, dialect, streamed, ending, status, said }: SentRequest): string {
  const how = `${dialect}${streamed ? ' stream' : ''} at ${proxy}, ${ending} with ${status ?? 'no status'}`;
  const heard = said === undefined || said === '' ? '' : ` (${said.slice(0, 120)})`;
  return `Request ${id ?? '?'}, nonce ${nonce}, ${how}${heard}`;
}
