import type { QuotaInspection, QuotaStore } from '@tollgate/admission';

export type InspectableQuotaStore = QuotaStore & QuotaInspection;

/** The data of one test: nothing of another test is in it. */
export interface QuotaStoreHarness {
  /** One instance over the data; the suite closes it. */
  readonly store: InspectableQuotaStore;
  /** As after a restart without a disk: the store is blank. */
  loseData(): Promise<void>;
  /** Moves the store's clock on, if the test has it in hand; else does nothing, and time passes by itself. */
  passTime(milliseconds: number): void;
  /** The store's time, milliseconds since the epoch. */
  now(): number;
  /** Removes the data. */
  close(): Promise<void>;
}
