import type { JournalStatus } from '@tollgate/metering';
import { Gauge, type Registry } from 'prom-client';

interface JournalMetric {
  readonly name: string;
  readonly help: string;
  readonly read: (status: JournalStatus) => number;
  /** Over the workers of a proxy; default: their sum. */
  readonly aggregator?: 'min';
}

const METRICS: readonly JournalMetric[] = [
  {
    name: 'tollgate_journal_bytes',
    help: 'Bytes of the journal files of this process, adopted ones included.',
    read: ({ bytes }) => bytes,
  },
  {
    name: 'tollgate_journal_bytes_max',
    help: 'The bound of the journal files.',
    read: ({ bytesMax }) => bytesMax,
  },
  {
    name: 'tollgate_journal_open_requests',
    help: 'Requests that began and did not end.',
    read: ({ openRequests }) => openRequests,
  },
  {
    name: 'tollgate_journal_unpublished_events',
    help: 'Ended requests that the event log has not taken.',
    read: ({ unpublishedEvents }) => unpublishedEvents,
  },
  {
    name: 'tollgate_journal_writable',
    help: '1: the disk takes entries.',
    read: ({ writable }) => Number(writable),
    aggregator: 'min',
  },
  {
    name: 'tollgate_journal_shed_requests',
    help: 'Requests that began without an entry, as the journal was full, since the start.',
    read: ({ shedRequests }) => shedRequests,
  },
  {
    name: 'tollgate_journal_recovered_journals',
    help: 'Journals taken over of processes that died, since the start.',
    read: ({ recovered }) => recovered.journals,
  },
  {
    name: 'tollgate_journal_recovered_interrupted',
    help: 'Requests in them that were recorded as interrupted.',
    read: ({ recovered }) => recovered.interrupted,
  },
  {
    name: 'tollgate_journal_recovered_skipped_bytes',
    help: 'Bytes in them that were no whole record: torn or damaged.',
    read: ({ recovered }) => recovered.skippedBytes,
  },
  {
    name: 'tollgate_journal_recovered_missing',
    help: 'Ended requests in them that are lost for good.',
    read: ({ recovered }) => recovered.missing,
  },
];

/** What the request journal says of itself, asked for when metrics are read. */
export function registerJournalMetrics(registry: Registry, status: () => JournalStatus): void {
  for (const { name, help, read, aggregator = 'sum' } of METRICS) {
    new Gauge({
      ...{ name, help, aggregator },
      registers: [registry],
      collect() {
        this.set(read(status()));
      },
    });
  }
}
