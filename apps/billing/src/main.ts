import 'reflect-metadata';
import { runService, type ServiceContext } from '@tollgate/service';
import { readMigrationSettings, readSettings } from './config.js';
import { runMigrations } from './run-migrations.js';
import { startBilling } from './start-billing.js';

/** `node main.js` serves; `node main.js migrate` brings the schema up to date and ends. */
const start =
  process.argv[2] === 'migrate'
    ? () => runMigrations(readMigrationSettings())
    : (context: ServiceContext) => startBilling(context, readSettings());

await runService('billing', start);
