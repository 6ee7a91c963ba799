import { afterAll, beforeAll } from '@jest/globals';
import { describeDocumentStore, uniqueName, type DocumentStoreHarness } from '@tollgate/testing';
import { startServers, type PrivateServers } from '@tollgate/testing/launcher';
import { connectNats, NatsDocumentStore } from './index.js';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

let servers: PrivateServers;

beforeAll(async () => {
  servers = await startServers({ nats: true });
});

afterAll(() => servers.stop());

async function makeHarness(): Promise<DocumentStoreHarness> {
  const namespace = uniqueName('documents');
  return {
    open: async () => {
      const connection = await connectNats({ url: servers.nats.url, name: 'spec', logger });
      return new (class extends NatsDocumentStore {
        override async close(): Promise<void> {
          await super.close();
          await connection.close();
        }
      })({ connection, namespace, logger });
    },
    dropConnections: async () => {
      await servers.nats.kill();
      await servers.nats.restart();
    },
    close: async () => undefined,
  };
}

describeDocumentStore('NATS JetStream KV', makeHarness);
