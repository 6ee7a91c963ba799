import type { DataSource } from 'typeorm';

/** Months of usage records, each a partition: made ahead by a job, or when the first record of a month comes. */
export class UsagePartitions {
  readonly #present = new Set<number>();

  constructor(private readonly dataSource: DataSource) {}

  /** @param times milliseconds since the epoch */
  async ensure(times: Iterable<number>): Promise<void> {
    for (const month of new Set([...times].map(monthStart))) {
      if (this.#present.has(month)) continue;
      await this.dataSource.query('select billing.ensure_usage_partition($1::timestamptz)', [
        new Date(month).toISOString(),
      ]);
      this.#present.add(month);
    }
  }

  /** This month and the two after it, so that no request of a new month waits for its partition. */
  async ensureAhead(now: number): Promise<void> {
    const date = new Date(now);
    const months = [0, 1, 2].map((ahead) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead));
    await this.ensure(months);
  }
}

function monthStart(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}
