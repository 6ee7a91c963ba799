import { mkdirSync } from 'node:fs';
import { freePort } from './ports.js';
import { ProcessServer } from './process-server.js';
import { serverBinary } from './server-binaries.js';
import { type ServersFolder } from './servers-folder.js';

/** Redis with an append-only file: what it answered survives kill -9, as it does in production. */
export async function startRedisServer(folder: ServersFolder): Promise<ProcessServer> {
  const port = await freePort();
  const data = folder.dataDirectory('redis');
  mkdirSync(data, { recursive: true });
  const network = ['--port', String(port), '--bind', '127.0.0.1'];
  const persistence = ['--dir', data, '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'];
  const server = new ProcessServer(
    {
      name: 'redis-server',
      command: serverBinary('redis-server'),
      // Its command line keeps naming the folder: that is how the guard knows the process.
      arguments: [...network, ...persistence, '--set-proc-title', 'no'],
      dataDirectory: data,
      url: `redis://127.0.0.1:${port}`,
      port,
      greeting: 'PING\r\n',
      answer: /^\+PONG/,
    },
    folder,
  );
  await server.restart();
  return server;
}
