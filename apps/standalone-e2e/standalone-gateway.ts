import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, GatewayProcess } from '@tollgate/testing';
import { freePort } from '@tollgate/testing/launcher';
import OpenAI from 'openai';

export const PASSWORD = 'correct-horse-battery';

/** Rows of the usage report that the tests read. */
export interface UsageRow {
  readonly requests: number;
  readonly charge: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly model?: string;
}

/** `npm start` on a fresh data directory and free ports. */
export class StandaloneGateway {
  private constructor(
    readonly dataDirectory: string,
    readonly proxyPort: number,
    readonly adminPort: number,
    readonly process: GatewayProcess,
  ) {}

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<StandaloneGateway> {
    const dataDirectory = environment['TOLLGATE_DATA_DIR'] ?? (await temporaryDirectory());
    const proxyPort = await freePort();
    const adminPort = await freePort();
    const gateway = GatewayProcess.start({
      script: 'apps/standalone/dist/main.js',
      environment: {
        TOLLGATE_DATA_DIR: dataDirectory,
        TOLLGATE_PROXY_PORT: String(proxyPort),
        TOLLGATE_ADMIN_PORT: String(adminPort),
        LOG_LEVEL: 'warn',
        ...environment,
      },
    });
    return new StandaloneGateway(dataDirectory, proxyPort, adminPort, gateway);
  }

  async ready(): Promise<this> {
    await this.process.printed(/Ctrl-C stops it/);
    return this;
  }

  /** The secret of the `curl` line that it printed. */
  get starterSecret(): string {
    const match = /Authorization: Bearer (sk-tg-\S+)"/.exec(this.process.output);
    if (match?.[1] === undefined) throw new Error(`no curl line in:\n${this.process.output}`);
    return match[1];
  }

  openai(apiKey = this.starterSecret): OpenAI {
    return new OpenAI({ apiKey, baseURL: `http://127.0.0.1:${this.proxyPort}/v1`, maxRetries: 0 });
  }

  async login(password: string): Promise<string> {
    const answer = await this.admin('POST', '/api/v1/auth/login', { body: { username: 'admin', password } });
    return (answer as { accessToken: string }).accessToken;
  }

  async admin(
    method: string,
    path: string,
    { body, token }: { readonly body?: unknown; readonly token?: string } = {},
  ): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.adminPort}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** The usage report once it counts so many requests. */
  async usage(token: string, requests: number, query = 'groupBy=model'): Promise<readonly UsageRow[]> {
    return eventually(async () => {
      const { items } = (await this.admin('GET', `/api/v1/billing/usage?${query}`, { token })) as {
        items: UsageRow[];
      };
      return items.reduce((sum, row) => sum + row.requests, 0) >= requests ? items : undefined;
    }, `${requests} requests in the usage report`);
  }

  async remove(): Promise<void> {
    if (this.process.running) await this.process.kill();
    await rm(this.dataDirectory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'tollgate-e2e-'));
}
