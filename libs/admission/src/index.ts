export type { Admission, BudgetAccount, BudgetLease, Hold, HoldInput } from './admission.js';
export {
  budgetAccount,
  budgetAccountParts,
  budgetSpanAt,
  budgetSpanOf,
  isBudgetAccount,
  type BudgetSpan,
} from './budget-period.js';
export { LeasedAdmission, type LeasedAdmissionOptions } from './leased/leased-admission.js';
export {
  SLOT_LIFETIME_MS,
  type Rate,
  type Correction,
  type HeldSlots,
  type Level,
  type LimitSet,
  type LimitStore,
  type Measure,
  type SlotLimit,
  type TakeResult,
} from './limits/limit-store.js';
export { LimitReservation, type LimitedEnd } from './limits/limit-reservation.js';
export {
  RateLimiter,
  type LimitDecision,
  type LimitedRequest,
  type LimitRefusal,
  type RateLimiterOptions,
} from './limits/rate-limiter.js';
export type { CapCounter, SharedCap } from './limits/cap-holding.js';
export type { CapKind } from './limits/cap-kind.js';
export { CapShares, type CapSharesOptions } from './limits/cap-shares.js';
export type { Share, ShareStatement, ShareStore } from './limits/share-store.js';
export { standingOf, type Standing } from './limits/standing.js';
export { MemoryLimitStore } from './limits/memory-limit-store.js';
export { SlicedLimitStore, type SlicedLimitStoreOptions } from './limits/sliced-limit-store.js';
export type { AdmissionLogger } from './logger.js';
export { MemoryQuotaStore } from './memory/memory-quota-store.js';
export {
  organizationAccount,
  type AccountId,
  type AccountProjection,
  type AcquireInput,
  type AcquireResult,
  type HeldLease,
  type LeaseProjection,
  type QuotaInspection,
  type QuotaSnapshot,
  type QuotaStore,
} from './quota-store.js';
export { systemTimers, type Timers } from './timers.js';
