import type { JournalStatus } from '@tollgate/metering';
import { Gauge, type Registry } from 'prom-client';

const NUMBERS: readonly (readonly [name: string, help: string, read: (status: JournalStatus) => number])[] = [
  ['bytes', 'Bytes of the journal files of this process, adopted ones included.', ({ bytes }) => bytes],
  ['bytes_max', 'The bound of the journal files.', ({ bytesMax }) => bytesMax],
  ['open_requests', 'Requests that began and did not end.', ({ openRequests }) => openRequests],
  [
    'unpublished_events',
    'Ended requests that the event log has not taken.',
    ({ unpublishedEvents }) => unpublishedEvents,
  ],
  ['writable', '1: the disk takes entries.', ({ writable }) => Number(writable)],
  [
    'recovered_journals',
    'Journals taken over of processes that died, since the start.',
    ({ recovered }) => recovered.journals,
  ],
  [
    'recovered_interrupted',
    'Requests in them that were recorded as interrupted.',
    ({ recovered }) => recovered.interrupted,
  ],
  [
    'recovered_skipped_bytes',
    'Bytes in them that were no whole record: torn or damaged.',
    ({ recovered }) => recovered.skippedBytes,
  ],
  ['recovered_missing', 'Ended requests that are lost for good.', ({ recovered }) => recovered.missing],
];

/** What the request journal says of itself, asked for when metrics are read. */
export function registerJournalMetrics(registry: Registry, status: () => JournalStatus): void {
  for (const [name, help, read] of NUMBERS) {
    new Gauge({
      name: `tollgate_journal_${name}`,
      help,
      registers: [registry],
      // Over the workers of a proxy: one that can not write is told.
      aggregator: name === 'writable' ? 'min' : 'sum',
      collect() {
        this.set(read(status()));
      },
    });
  }
}
