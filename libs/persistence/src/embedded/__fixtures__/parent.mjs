// The process that owns an embedded Postgres in a test: <data directory> <dies with parent>. One line of JSON an event.
import './run-from-source.mjs';
import pg from 'pg';

const { startEmbeddedPostgres } = await import('../start-embedded-postgres.ts');
const { noopLogger } = await import('@tollgate/telemetry');
const [, , dataDirectory, diesWithParent] = process.argv;
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

process.on('SIGINT', async () => {
  // The terminal sent Ctrl-C to the whole group: the server must still answer, for we stop it in our own order.
  const client = new pg.Client(server.url);
  await client.connect();
  const { rows } = await client.query('select 1 as one');
  await client.end();
  await server.stop();
  tell({ stoppedAfter: rows[0].one });
  process.exit(0);
});
const server = await startEmbeddedPostgres({
  dataDirectory,
  diesWithParent: diesWithParent === 'true',
  logger: noopLogger,
}).catch((error) => {
  tell({ refused: error.message });
  process.exit(1);
});
tell({ url: server.url });
setInterval(() => undefined, 60_000);
