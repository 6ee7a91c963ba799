import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Addresses of the private servers that `npm test` starts (tools/servers). */
export interface TestServers {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
}

export function testServers(): TestServers {
  return {
    databaseUrl: required('TEST_DATABASE_URL'),
    natsUrl: required('TEST_NATS_URL'),
    redisUrl: required('TEST_REDIS_URL'),
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set: run this test through "npm test", which starts the servers.`);
  }
  return value;
}

/** A name that no other test has; for NATS namespaces and Redis key prefixes. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database of its own for one spec file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { databaseUrl } = testServers();
  const name = uniqueName('tollgate_test');
  await onServer(databaseUrl, `create database ${name}`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => onServer(databaseUrl, `drop database ${name} with (force)`) };
}

async function onServer(databaseUrl: string, statement: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
