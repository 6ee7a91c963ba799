import type { Clock } from '@tollgate/contracts';
import { SLOT_LIFETIME_MS, type LimitStore, type SlotLimit } from './limit-store.js';

/** What is forgotten beyond this number is free when its lifetime is over. */
const KEPT_MAX = 10_000;

interface Unfreed {
  readonly slots: readonly SlotLimit[];
  /** Monotonic; then the store has freed them by itself. */
  readonly until: number;
}

/** Slots of requests that are over, but the store could not be told: it is told again until it answers. */
export class UnfreedSlots {
  private readonly byRequest = new Map<string, Unfreed>();

  constructor(
    private readonly store: LimitStore,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** @param id of the request */
  add(id: string, slots: readonly SlotLimit[]): void {
    if (slots.length === 0 || this.byRequest.size >= KEPT_MAX) return;
    this.byRequest.set(id, { slots, until: this.clock.monotonic() + SLOT_LIFETIME_MS });
  }

  /** Rejects with the first failure; what could not be freed is kept. */
  async free(): Promise<void> {
    if (this.byRequest.size === 0) return;
    const unfreed = [...this.byRequest];
    this.byRequest.clear();
    const now = this.clock.monotonic();
    await Promise.all(
      unfreed.filter(([, { until }]) => until > now).map(([id, { slots }]) => this.freeOne(id, slots)),
    );
  }

  private async freeOne(id: string, slots: readonly SlotLimit[]): Promise<void> {
    try {
      await this.store.correct({ limits: { rates: [], slots }, amounts: [], id });
    } catch (error) {
      this.add(id, slots);
      throw error;
    }
  }
}
