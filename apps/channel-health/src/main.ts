import 'reflect-metadata';
import { runService, type ServiceContext } from '@tollgate/service';
import { readMigrationSettings, readSettings } from './config.js';
import { runMigrations } from './run-migrations.js';
import { startChannelHealth } from './start-channel-health.js';

/** `node main.js` serves; `node main.js migrate` brings the schema up to date and ends. */
const start =
  process.argv[2] === 'migrate'
    ? () => runMigrations(readMigrationSettings())
    : (context: ServiceContext) => startChannelHealth(context, readSettings());

await runService('channel-health', start);
