import { adminDatabase } from '@tollgate/feature-admin';
import { migrate } from '@tollgate/persistence';
import { createLogger } from '@tollgate/telemetry';
import type { readMigrationSettings } from './config.js';

/** Runs the migrations that are due and ends the process: a job before the service is rolled out. */
export async function runMigrations(settings: ReturnType<typeof readMigrationSettings>): Promise<never> {
  const logger = createLogger({ service: 'admin', level: settings.logLevel });
  const migrations = await migrate(adminDatabase({ url: settings.databaseUrl }));
  logger.info({ migrations }, 'The schema is up to date.');
  return process.exit(0);
}
