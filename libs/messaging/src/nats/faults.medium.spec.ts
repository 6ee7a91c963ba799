import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { eventually, uniqueName } from '@tollgate/testing';
import { startServers, type PrivateServers } from '@tollgate/testing/launcher';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectNats, NatsDocumentStore, NatsEventLog, type NatsLink } from './index.js';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('NATS adapters on a server that fails', () => {
  let directory: string;
  let servers: PrivateServers;
  let opened: { connection: NatsLink; log: NatsEventLog; documents: NatsDocumentStore }[];
  let namespace: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tollgate-nats-spec-'));
    servers = await startServers({ nats: true, directory });
  });

  afterAll(async () => {
    await servers.stop();
    await rm(directory, { recursive: true, force: true });
  });

  beforeEach(() => {
    opened = [];
    namespace = uniqueName('faults');
  });

  afterEach(async () => {
    await servers.nats.restart();
    for (const { connection, log, documents } of opened) {
      await Promise.all([log.close(), documents.close()]);
      await connection.close();
    }
  });

  async function open() {
    const connection = await connectNats({ url: servers.nats.url, name: 'spec', logger });
    const options = { connection, namespace, logger };
    const instance = {
      connection,
      log: new NatsEventLog(options),
      documents: new NatsDocumentStore(options),
    };
    opened.push(instance);
    return instance;
  }

  async function loseAllData(): Promise<void> {
    await servers.nats.kill();
    await rm(join(directory, 'nats'), { recursive: true });
    await servers.nats.restart();
  }

  async function consume(log: NatsEventLog): Promise<string[]> {
    const seen: string[] = [];
    await log.consume('usage', 'billing', async (batch) => {
      seen.push(...batch.map(({ id }) => id));
      await Promise.all(batch.map((delivery) => delivery.ack()));
    });
    return seen;
  }

  it('refuses the first connection in one line without credentials', async () => {
    const refused = connectNats({ url: 'nats://user:secret@127.0.0.1:1', name: 'spec', logger });
    await expect(refused).rejects.toMatchObject({
      code: 'service_unavailable',
      message: expect.stringMatching(/^NATS at 127\.0\.0\.1:1 could not be reached: [^\n]+\.$/),
    });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });

  it('refuses calls at once while the server is away', async () => {
    const { connection, log, documents } = await open();
    await log.publish('usage', { id: 'a', body: 1 });
    await documents.bucket('config').put('a', 1);
    await servers.nats.kill();
    await eventually(() => !connection.connected, 'the loss to be noticed');
    const started = performance.now();
    const calls = [
      log.publish('usage', { id: 'b', body: 1 }),
      log.ping(),
      log.deadLetters.list({ limit: 1 }),
      documents.bucket('config').get('a'),
      documents.bucket('config').put('a', 2),
      documents.ping(),
    ];
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'service_unavailable' } });
    }
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('delivers again what could not be acknowledged because the server died', async () => {
    const { log } = await open();
    await log.publish('usage', { id: 'a', body: 1 });
    const attempts: number[] = [];
    await log.consume(
      'usage',
      'billing',
      async ([delivery]) => {
        attempts.push(delivery?.attempt ?? 0);
        if (attempts.length === 1) await servers.nats.kill();
        await delivery?.ack();
      },
      { ackWaitMs: 500 },
    );
    await eventually(() => attempts.length === 1, 'the first delivery');
    await servers.nats.restart();
    await eventually(() => attempts.length === 2, 'the second delivery', 15_000);
    expect(attempts).toEqual([1, 2]);
  }, 30_000);

  it('publishes and consumes again after the server lost its data', async () => {
    const { log } = await open();
    const seen = await consume(log);
    await log.publish('usage', { id: 'before', body: 1 });
    await eventually(() => seen.includes('before'), 'the first message');
    await loseAllData();
    const publisher = await open();
    await publisher.log.publish('usage', { id: 'after', body: 1 });
    await eventually(() => seen.includes('after'), 'the second message', 15_000);
    expect(seen).toEqual(['before', 'after']);
  }, 30_000);

  it('publishes into a stream that was deleted under it, and keeps it for the consumer', async () => {
    const { log, connection } = await open();
    await log.publish('usage', { id: 'before', body: 1 });
    await (await jetstreamManager(connection.connection)).streams.delete(`${namespace}_usage`);
    await log.publish('usage', { id: 'after', body: 1 });
    const seen = await consume((await open()).log);
    await eventually(() => seen.length > 0, 'the message');
    expect(seen).toEqual(['after']);
  });

  it('goes on consuming when its durable consumer was deleted, without loss', async () => {
    const { log, connection } = await open();
    const seen = await consume(log);
    await log.publish('usage', { id: 'before', body: 1 });
    await eventually(() => seen.includes('before'), 'the first message');
    const manager = await jetstreamManager(connection.connection);
    await manager.consumers.delete(`${namespace}_usage`, 'billing');
    await log.publish('usage', { id: 'after', body: 1 });
    await eventually(() => seen.includes('after'), 'the second message', 15_000);
    expect(seen).toContain('after');
  }, 30_000);

  it('lets several processes make the streams at the same moment', async () => {
    const instances = await Promise.all([open(), open(), open(), open(), open()]);
    await Promise.all(
      instances.map(({ log }, index) => log.publish('usage', { id: `m${index}`, body: index })),
    );
    const seen = await consume(instances[0].log);
    await eventually(() => seen.length === 5, 'five messages');
    expect([...seen].sort()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  });

  it('removes from the stream what every consumer acknowledged, and nothing else', async () => {
    const { log, connection } = await open();
    const seen = await consume(log);
    await log.publish('usage', { id: 'a', body: 1 });
    await log.publish('usage', { id: 'b', body: 1 });
    await eventually(() => seen.length === 2, 'both messages');
    await log.close();
    await log.publish('usage', { id: 'c', body: 1 });
    const later = await consume(log);
    await eventually(() => later.length === 1, 'the third message');
    const { streams } = await jetstreamManager(connection.connection);
    expect((await streams.info(`${namespace}_usage`)).state).toMatchObject({ messages: 1, first_seq: 3 });
  });

  it('delivers again what a dead consumer had in hand, also when another one trims the stream before', async () => {
    const dead = await open();
    const inHand: string[] = [];
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await dead.log.consume(
      'usage',
      'billing',
      async ([delivery]) => {
        if (delivery?.id === 'a') return delivery.ack();
        inHand.push(delivery?.id ?? '');
        await released;
      },
      { batchMax: 1, ackWaitMs: 1_000 },
    );
    await dead.log.publish('usage', { id: 'a', body: 1 });
    await dead.log.publish('usage', { id: 'b', body: 1 });
    await eventually(() => inHand.includes('b'), 'the message to be in hand');
    const seen: string[] = [];
    const next = await open();
    await next.log.consume(
      'usage',
      'billing',
      async (batch) => {
        seen.push(...batch.map(({ id }) => id));
        await Promise.all(batch.map((delivery) => delivery.ack()));
      },
      { ackWaitMs: 1_000 },
    );
    await eventually(() => seen.includes('b'), 'the message to be delivered again', 15_000);
    release();
  }, 30_000);

  it('tells watches what is gone after the server lost its data, and what is new', async () => {
    const { documents } = await open();
    await documents.bucket('config').put('lost', 1);
    await documents.bucket('config').put('rewritten', 1);
    const held = new Map<string, unknown>();
    let resynchronized = 0;
    let ready = 0;
    await documents.bucket('config').watch({
      from: 'snapshot',
      handler: {
        change: (change) =>
          change.kind === 'put' ? held.set(change.key, change.value) : held.delete(change.key),
        ready: () => (ready += 1),
        resynchronized: () => (resynchronized += 1),
      },
    });
    await eventually(() => ready === 1, 'the snapshot');
    expect([...held.keys()].sort()).toEqual(['lost', 'rewritten']);
    await loseAllData();
    const writer = await open();
    await writer.documents.bucket('config').put('rewritten', 2);
    await eventually(
      () => resynchronized > 0 && !held.has('lost') && held.get('rewritten') === 2,
      'the news',
      15_000,
    );
    expect(Object.fromEntries(held)).toEqual({ rewritten: 2 });
    expect(ready).toBe(1);
  }, 30_000);

  it('never mistakes a server that dies for an absent document', async () => {
    const { documents } = await open();
    await documents.bucket('identity').put('keys.a', 1);
    await servers.nats.kill();
    await expect(documents.bucket('identity').get('keys.a')).rejects.toMatchObject({
      code: 'service_unavailable',
    });
  });
});
