import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type ChannelDocument, type ChannelId, channelStatusKey } from '@tollgate/contracts';
import { type NatsDocumentStore, type NatsEventLog } from '@tollgate/messaging/nats';
import { endWithParent, typeScriptOptions, uniqueName } from '@tollgate/testing';

const started: ChildProcess[] = [];

/** Ends what a test started. */
export async function killStarted(): Promise<void> {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A replica of the service as a process of its own. */
export function run(settings: Record<string, string | undefined>, ...args: string[]) {
  const script = `${import.meta.dirname}/../src/main.ts`;
  const child = spawn(process.execPath, [...typeScriptOptions(), script, ...args], {
    env: settings,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithParent(child, script);
  started.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return { child, output, exited: once(child, 'close').then(([code]) => code as number | null) };
}

export function channelOf(id: string): ChannelDocument {
  return {
    ...{ id: id as ChannelId, name: 'main', provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1' },
    ...{ credentials: [], models: [], groups: ['default'], dialect: null },
    ...{ options: {}, thinkingToContent: false, priority: 0, weight: 1, enabled: true },
  };
}

/** What a proxy says of a channel that it can not reach. */
export async function report(eventLog: NatsEventLog, channelId: string): Promise<void> {
  const observation = { channelId, windowStart: Date.now(), windowMs: 1_000 };
  const counts = { succeeded: 0, failed: { upstream_unreachable: 10 }, firstByteMsSum: 0, durationMsSum: 0 };
  await eventLog.publish('channel-observations', {
    id: uniqueName('observation'),
    body: {
      ...{ type: 'channel.observed', version: 1, proxyId: 'p' },
      observations: [{ ...observation, ...counts }],
    },
  });
}

/** What proxies are told of a channel, as soon as it is in this state. */
export async function stateIn(
  documents: NatsDocumentStore,
  id: string,
  state: string,
): Promise<object | undefined> {
  const document = await documents.bucket('health').get(channelStatusKey(id));
  const value = document?.value as { state?: string } | undefined;
  return value?.state === state ? value : undefined;
}
