export type { Admission, BudgetAccount, BudgetLease, Hold, HoldInput } from './admission.js';
export {
  budgetAccount,
  budgetOfAccount,
  budgetSpanAt,
  isBudgetAccount,
  type BudgetSpan,
} from './budget-period.js';
export { LeasedAdmission, type LeasedAdmissionOptions } from './leased/leased-admission.js';
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
