export { type BillingDependencies } from './billing.js';
export { BillingModule } from './billing.module.js';
export { BILLING_SCHEMA, billingMigrations } from './database/schema.js';
