import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  describeDocumentStore,
  describeEventLog,
  uniqueName,
  type InstancesHarness,
} from '@tollgate/testing';
import { startServers, type PrivateServers } from '@tollgate/testing/launcher';
import { connectNats, NatsDocumentStore, NatsEventLog, type NatsMessagingOptions } from './index.js';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

let servers: PrivateServers;

beforeAll(async () => {
  servers = await startServers({ nats: true });
});

afterAll(() => servers.stop());

async function makeHarness<Adapter extends { close(): Promise<void> }>(
  open: (options: NatsMessagingOptions) => Adapter,
): Promise<InstancesHarness<Adapter>> {
  const namespace = uniqueName('messaging');
  return {
    open: async () => {
      const connection = await connectNats({ url: servers.nats.url, name: 'spec', logger });
      const adapter = open({ connection, namespace, logger });
      const close = adapter.close.bind(adapter);
      adapter.close = () => close().then(() => connection.close());
      return adapter;
    },
    dropConnections: async () => {
      await servers.nats.kill();
      await servers.nats.restart();
    },
    close: async () => undefined,
  };
}

describeEventLog('NATS JetStream', () => makeHarness((options) => new NatsEventLog(options)));
describeDocumentStore('NATS JetStream KV', () => makeHarness((options) => new NatsDocumentStore(options)));

it('makes buckets and streams beside other processes that do so at the same moment', async () => {
  for (let round = 0; round < 10; round += 1) {
    const documents = await makeHarness((options) => new NatsDocumentStore(options));
    const stores = await Promise.all(Array.from({ length: 5 }, () => documents.open()));
    const absent = stores.map((store) => store.bucket('config').get('nothing'));
    expect(await Promise.all(absent)).toEqual(stores.map(() => undefined));
    const events = await makeHarness((options) => new NatsEventLog(options));
    const logs = await Promise.all(Array.from({ length: 5 }, () => events.open()));
    const published = logs.map((log, at) => log.publish('usage', { id: `e${at}`, body: {} }));
    expect(await Promise.all(published)).toHaveLength(logs.length);
    await Promise.all([...stores, ...logs].map((adapter) => adapter.close()));
  }
});
