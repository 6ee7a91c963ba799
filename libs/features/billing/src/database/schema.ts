import type { ServiceDatabaseOptions } from '@tollgate/persistence';
import { BillingFoundation1764000000001 } from './migration-1-foundation.js';
import { BillingWarnings1795651200000 } from './migration-2-warnings.js';
import { BillingBudgets1795694400000 } from './migration-3-budgets.js';
import { BillingOutbox1795780800000 } from './migration-4-outbox.js';
import { BillingOrganizationsOfKeys1795780800005 } from './migration-5-organizations-of-keys.js';

/** The Postgres schema of billing, and the migrations that make it. */
export const BILLING_SCHEMA = 'billing';
export const billingMigrations = [
  BillingFoundation1764000000001,
  BillingWarnings1795651200000,
  BillingBudgets1795694400000,
  BillingOutbox1795780800000,
  BillingOrganizationsOfKeys1795780800005,
];

/** What `openDatabase` and `migrate` of @tollgate/persistence need for billing. */
export const billingDatabase = (options: {
  readonly url: string;
  readonly poolMax?: number;
}): ServiceDatabaseOptions => ({
  ...options,
  schema: BILLING_SCHEMA,
  migrations: billingMigrations,
  applicationName: 'tollgate-billing',
});
