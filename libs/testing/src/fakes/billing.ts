import { journalWatermarkKey, usageBatchV1, type UsageRecordedV1 } from '@tollgate/contracts';
import type { Consumption, DocumentStore, EventLog } from '@tollgate/messaging';

/**
 * Stands in for billing at the other end of the topic `usage`: keeps each record once, by its id, and publishes how
 * far each journal is committed without a hole.
 */
export class FakeBilling {
  readonly records = new Map<string, UsageRecordedV1>();
  /** Deliveries of events that were there already. */
  duplicates = 0;
  readonly closedJournals = new Set<string>();
  readonly #sequences = new Map<string, Set<number>>();
  readonly #watermarks = new Map<string, number>();
  #consumption: Consumption | undefined;

  constructor(
    private readonly eventLog: EventLog,
    private readonly documents: DocumentStore,
  ) {}

  async start(): Promise<void> {
    this.#consumption = await this.eventLog.consume('usage', 'billing', async (deliveries) => {
      for (const delivery of deliveries) {
        await this.#commit(delivery.body);
        await delivery.ack();
      }
    });
  }

  async stop(): Promise<void> {
    await this.#consumption?.stop();
  }

  watermark(journalId: string): number {
    return this.#watermarks.get(journalId) ?? 0;
  }

  async #commit(body: unknown): Promise<void> {
    const { journalId, events, closed } = usageBatchV1.parse(body);
    const sequences = this.#sequences.get(journalId) ?? new Set();
    this.#sequences.set(journalId, sequences);
    for (const event of events) {
      if (this.records.has(event.id)) this.duplicates += 1;
      else this.records.set(event.id, event);
      sequences.add(event.sequence);
    }
    if (closed) this.closedJournals.add(journalId);
    let committedThrough = this.watermark(journalId);
    while (sequences.has(committedThrough + 1)) committedThrough += 1;
    if (committedThrough === this.watermark(journalId)) return;
    const document = { journalId, committedThrough };
    await this.documents.bucket('billing').put(journalWatermarkKey(journalId), document);
    this.#watermarks.set(journalId, committedThrough);
  }
}
