import { billingDatabase } from '@tollgate/feature-billing';
import { migrate } from '@tollgate/persistence';
import { createLogger } from '@tollgate/telemetry';
import { type BillingMigrationSettings } from './config.js';

/** Runs the migrations that are due and ends the process: a job before the service is rolled out. */
export async function runMigrations(settings: BillingMigrationSettings): Promise<never> {
  const logger = createLogger({ service: 'billing', level: settings.logLevel });
  const migrations = await migrate(billingDatabase({ url: settings.databaseUrl }));
  logger.info({ migrations }, 'The schema is up to date.');
  return process.exit(0);
}
