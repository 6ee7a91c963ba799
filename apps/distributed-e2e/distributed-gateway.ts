import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateMasterKey } from '@tollgate/security';
import { eventually, GatewayProcess } from '@tollgate/testing/process';
import { freePort, startServers, type PrivateServers } from '@tollgate/testing/launcher';
import OpenAI from 'openai';

export const PASSWORD = 'correct-horse-battery';

/** The services, each with the setting of its port; proxies are added by name: `proxy-1`, `proxy-2`. */
const SERVICES = {
  admin: { script: 'apps/admin/dist/main.js', portSetting: 'TOLLGATE_ADMIN_PORT' },
  billing: { script: 'apps/billing/dist/main.js', portSetting: 'TOLLGATE_BILLING_PORT' },
  'channel-health': {
    script: 'apps/channel-health/dist/main.js',
    portSetting: 'TOLLGATE_CHANNEL_HEALTH_PORT',
  },
  'proxy-1': { script: 'apps/proxy/dist/main.js', portSetting: 'TOLLGATE_PROXY_PORT' },
  'proxy-2': { script: 'apps/proxy/dist/main.js', portSetting: 'TOLLGATE_PROXY_PORT' },
} as const;
export type ServiceName = keyof typeof SERVICES;

/** Settings of one service beside those that all share. */
export type ServiceEnvironment = (
  service: ServiceName,
  dataDirectory: string,
) => Readonly<Record<string, string>>;

/** The four services as processes of their own, as `npm run dev` runs them, on private servers. */
export class DistributedGateway {
  private readonly processes = new Map<ServiceName, GatewayProcess>();
  private readonly ports = new Map<ServiceName, number>();
  private accessToken: string | undefined;

  private constructor(
    readonly servers: PrivateServers,
    /** Holds the data directory of each service. */
    readonly directory: string,
    private readonly masterKey: string,
    private readonly environment: ServiceEnvironment,
  ) {}

  static async start(
    services: readonly ServiceName[],
    environment: ServiceEnvironment = () => ({}),
  ): Promise<DistributedGateway> {
    const directory = await mkdtemp(join(tmpdir(), 'tollgate-e2e-'));
    const servers = await startServers({ postgres: true, nats: true, redis: true });
    const gateway = new DistributedGateway(servers, directory, generateMasterKey(), environment);
    try {
      for (const service of services) gateway.ports.set(service, await freePort());
      for (const service of services) gateway.run(service);
      await Promise.all(services.map((service) => gateway.ready(service)));
      return gateway;
    } catch (error) {
      await gateway.stop();
      throw error;
    }
  }

  url(service: ServiceName): string {
    return `http://127.0.0.1:${this.ports.get(service) ?? 0}`;
  }

  openai(proxy: 'proxy-1' | 'proxy-2', apiKey: string): OpenAI {
    return new OpenAI({ apiKey, baseURL: `${this.url(proxy)}/v1`, maxRetries: 0, timeout: 30_000 });
  }

  /** The process that runs now, or ran last. */
  process(service: ServiceName): GatewayProcess {
    const process = this.processes.get(service);
    if (process === undefined) throw new Error(`${service} was not started.`);
    return process;
  }

  dataDirectory(service: ServiceName): string {
    return join(this.directory, service);
  }

  /** kill -9. */
  async kill(service: ServiceName): Promise<void> {
    await this.processes.get(service)?.kill();
  }

  async restart(service: ServiceName): Promise<void> {
    this.run(service);
    await this.ready(service);
  }

  /** Applies a declarative file (an object: JSON is YAML). */
  async apply(file: object): Promise<void> {
    await this.call('admin', 'POST', '/api/v1/config/apply', file);
  }

  /** Calls a control-plane service as the administrator. */
  async call<Answer>(service: ServiceName, method: string, path: string, body?: unknown): Promise<Answer> {
    this.accessToken ??= await this.login();
    const response = await fetch(`${this.url(service)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.accessToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  }

  async stop(): Promise<void> {
    const running = [...this.processes.values()].filter((process) => process.running);
    await Promise.all(running.map((process) => process.stop()));
    await this.servers.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** What the processes printed, for a failing test to show. */
  get output(): string {
    return [...this.processes].map(([name, { output }]) => `--- ${name}\n${output}`).join('\n');
  }

  private run(service: ServiceName): void {
    const { script, portSetting } = SERVICES[service];
    this.processes.set(
      service,
      GatewayProcess.start({
        script,
        environment: {
          DATABASE_URL: this.servers.postgres.url,
          NATS_URL: this.servers.nats.url,
          REDIS_URL: this.servers.redis.url,
          TOLLGATE_MASTER_KEY: this.masterKey,
          TOLLGATE_ADMIN_PASSWORD: PASSWORD,
          TOLLGATE_HOST: '127.0.0.1',
          TOLLGATE_UPSTREAM_PRIVATE: 'allow',
          TOLLGATE_DATA_DIR: this.dataDirectory(service),
          LOG_LEVEL: 'warn',
          [portSetting]: String(this.ports.get(service) ?? 0),
          ...this.environment(service, this.dataDirectory(service)),
        },
      }),
    );
  }

  private async ready(service: ServiceName): Promise<void> {
    await eventually(
      async () => {
        const process = this.processes.get(service);
        if (process?.running !== true) throw new Error(`${service} ended:\n${process?.output ?? ''}`);
        const response = await fetch(`${this.url(service)}/readyz`).catch(() => undefined);
        await response?.body?.cancel();
        return response?.ok;
      },
      `${service} to be ready`,
      60_000,
    );
  }

  private async login(): Promise<string> {
    const response = await fetch(`${this.url('admin')}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: PASSWORD }),
    });
    return ((await response.json()) as { accessToken: string }).accessToken;
  }
}
