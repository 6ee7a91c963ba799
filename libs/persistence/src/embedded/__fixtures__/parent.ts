// The process that owns an embedded Postgres in a test. Arguments: data directory, whether the server dies with it.
import pg from 'pg';
import { startEmbeddedPostgres } from '../start-embedded-postgres.js';

const [, , dataDirectory = '', diesWithParent] = process.argv;
const tell = (event: object): boolean => process.send?.(event) ?? false;
const silent = (): void => undefined;
const server = await startEmbeddedPostgres({
  dataDirectory,
  diesWithParent: diesWithParent === 'true',
  logger: { debug: silent, info: silent, warn: silent, error: silent },
});

async function stop(): Promise<void> {
  const client = new pg.Client(server.url);
  await client.connect();
  const { rows } = await client.query<{ one: number }>('select 1 as one');
  await client.end();
  await server.stop();
  tell({ answeredBeforeStop: rows[0]?.one });
  process.disconnect?.();
}

// Keeps this process running, and ends it with the test.
process.on('message', () => undefined);
process.once('SIGINT', () => void stop());
tell({ started: true });
