export { type BillingDependencies } from './billing.js';
export { BillingModule } from './billing.module.js';
export { BILLING_SCHEMA, billingDatabase, billingMigrations } from './database/schema.js';
