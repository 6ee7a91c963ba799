import 'reflect-metadata';
import { runService } from '@tollgate/service';
import { readSettings } from './config.js';
import { startStandalone } from './start-standalone.js';

await runService('tollgate', (context) => startStandalone(context, readSettings()));
