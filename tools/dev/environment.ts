import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PrivateServers } from '@tollgate/testing/launcher';

/** A service as `npm run dev` runs it. */
export interface DevelopmentService {
  readonly name: string;
  readonly script: string;
  readonly portSetting: string;
  readonly port: number;
  /** Settings that it shares with no other. */
  environment(directory: string): NodeJS.ProcessEnv;
}

function service(name: string, portSetting: string, defaultPort: number): DevelopmentService {
  const port = Number(process.env[portSetting] ?? defaultPort);
  return {
    name,
    script: `apps/${name}/dist/main.js`,
    portSetting,
    port,
    environment: (directory) => ({
      [portSetting]: String(port),
      TOLLGATE_DATA_DIR: join(directory, name),
    }),
  };
}

export const services: readonly DevelopmentService[] = [
  service('admin', 'TOLLGATE_ADMIN_PORT', 8081),
  service('billing', 'TOLLGATE_BILLING_PORT', 8082),
  service('channel-health', 'TOLLGATE_CHANNEL_HEALTH_PORT', 8083),
  service('proxy', 'TOLLGATE_PROXY_PORT', 8080),
];

/** What all services share. Secrets are made once and stay, since data is sealed with them. */
export function developmentEnvironment(directory: string, servers: PrivateServers): NodeJS.ProcessEnv {
  return {
    TOLLGATE_HOST: '127.0.0.1',
    TOLLGATE_UPSTREAM_PRIVATE: 'allow',
    TOLLGATE_MASTER_KEY: secret(directory, 'master-key', () => randomBytes(32).toString('base64')),
    TOLLGATE_ADMIN_PASSWORD: secret(directory, 'admin-password', () => randomBytes(12).toString('base64url')),
    ...process.env,
    DATABASE_URL: servers.postgres.url,
    NATS_URL: servers.nats.url,
    REDIS_URL: servers.redis.url,
  };
}

function secret(directory: string, name: string, make: () => string): string {
  const file = join(directory, name);
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}
