import type { GatewayError } from '@tollgate/contracts';

/** Whom a refusal is told. */
export interface Refusable {
  refuse(error: GatewayError): void;
}

/** What clients are told to wait before they ask again. */
export const RETRY_AFTER_MS = 1_000;

interface Waiting {
  readonly connection: object;
  readonly client: Refusable;
  readonly error: GatewayError;
  /** Monotonic milliseconds. */
  readonly dueAt: number;
}

/**
 * Tells clients that they are refused: at once, or a second later who was refused on the same connection less than a second
 * ago. To refuse costs a fifth of what it costs to serve; without this, clients that ask again at once would take the
 * process from those that are served. Who waits as it was told does not notice.
 */
export class Refusals {
  private readonly refusedAt = new WeakMap<object, number>();
  private waiting: Waiting[] = [];
  /** Of those, so many were told. */
  private told = 0;

  /** Clients that wait to be told. */
  get size(): number {
    return this.waiting.length - this.told;
  }

  /** @param now monotonic milliseconds */
  refuse(connection: object, client: Refusable, error: GatewayError, now: number): void {
    const last = this.refusedAt.get(connection) ?? -Infinity;
    const refusal = { connection, client, error, dueAt: now + RETRY_AFTER_MS };
    if (now - last >= RETRY_AFTER_MS) this.tell(refusal, now);
    else this.waiting.push(refusal);
  }

  tick(now: number): void {
    for (let next = this.waiting[this.told]; next !== undefined && next.dueAt <= now;) {
      this.tell(next, now);
      this.told += 1;
      next = this.waiting[this.told];
    }
    if (this.told * 2 < this.waiting.length) return;
    this.waiting = this.waiting.slice(this.told);
    this.told = 0;
  }

  tellAll(now: number): void {
    for (const refusal of this.waiting.slice(this.told)) this.tell(refusal, now);
    this.waiting = [];
    this.told = 0;
  }

  private tell({ connection, client, error }: Waiting, now: number): void {
    this.refusedAt.set(connection, now);
    client.refuse(error);
  }
}
