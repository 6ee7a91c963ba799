import 'reflect-metadata';
import { runService, type ServiceContext } from '@tollgate/service';
import { readEnvironment, readMigrationSettings, readSettings } from './config.js';
import { runMigrations } from './run-migrations.js';
import { startAdmin } from './start-admin.js';

/** `node main.js` serves; `node main.js migrate` brings the schema up to date and ends. */
const start =
  process.argv[2] === 'migrate'
    ? () => runMigrations(readMigrationSettings())
    : (context: ServiceContext) => startAdmin(context, readSettings(), readEnvironment());

await runService('admin', start);
