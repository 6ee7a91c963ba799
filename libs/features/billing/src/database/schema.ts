import { BillingFoundation1764000000001 } from './migration-1-foundation.js';

/** The Postgres schema of billing, and the migrations that make it (`openDatabase` of @tollgate/persistence). */
export const BILLING_SCHEMA = 'billing';
export const billingMigrations = [BillingFoundation1764000000001];
