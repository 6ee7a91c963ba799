import { startServers } from '@tollgate/testing/launcher';

/** What tests find their servers by. */
export interface TestServersRun {
  readonly environment: Record<string, string>;
  readonly stop: () => Promise<void>;
}

/** Starts those servers that no variable names; the others belong to somebody else. */
export async function startTestServers(): Promise<TestServersRun> {
  const missing = (name: string): boolean => (process.env[name] ?? '') === '';
  const wanted = {
    postgres: missing('TEST_DATABASE_URL'),
    nats: missing('TEST_NATS_URL'),
    redis: missing('TEST_REDIS_URL'),
  };
  if (!Object.values(wanted).includes(true)) return { environment: {}, stop: async () => undefined };
  const servers = await startServers(wanted);
  return {
    environment: {
      ...(wanted.postgres && { TEST_DATABASE_URL: servers.postgres.url }),
      ...(wanted.nats && { TEST_NATS_URL: servers.nats.url }),
      ...(wanted.redis && { TEST_REDIS_URL: servers.redis.url }),
    },
    stop: () => servers.stop(),
  };
}
