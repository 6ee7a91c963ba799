export type { Admission, Hold, HoldInput } from './admission.js';
export {
  organizationAccount,
  type AccountId,
  type AccountProjection,
  type AcquireInput,
  type AcquireResult,
  type HeldLease,
  type LeaseProjection,
  type QuotaSnapshot,
  type QuotaStore,
} from './quota-store.js';
