import { freePort } from './ports.js';
import { ProcessServer } from './process-server.js';
import { serverBinary } from './server-binaries.js';
import { type ServersFolder } from './servers-folder.js';

/** NATS with JetStream, its streams in files. */
export async function startNatsServer(folder: ServersFolder): Promise<ProcessServer> {
  const port = await freePort();
  const store = folder.dataDirectory('nats');
  const server = new ProcessServer(
    {
      name: 'nats-server',
      command: serverBinary('nats-server'),
      arguments: ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', store],
      dataDirectory: store,
      url: `nats://127.0.0.1:${port}`,
      port,
      answer: /^INFO .*"jetstream":true/,
    },
    folder,
  );
  await server.restart();
  return server;
}
