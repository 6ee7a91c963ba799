import { afterAll, beforeAll } from '@jest/globals';
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
