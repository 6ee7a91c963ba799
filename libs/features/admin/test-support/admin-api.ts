import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { systemClock, type Clock } from '@tollgate/contracts';
import { createControlApplication } from '@tollgate/control-api';
import { openDatabase } from '@tollgate/persistence';
import { generateMasterKey, parseMasterKey, signAccessToken } from '@tollgate/security';
import { createLogger, createMetrics, HealthChecks } from '@tollgate/telemetry';
import { createTestDatabase } from '@tollgate/testing';
import type { DataSource } from 'typeorm';
import {
  adminDatabase,
  AdminModule,
  createAdminServices,
  type AdminDependencies,
  type ProviderCatalogue,
} from '../src/index.js';
import { provider } from './provider.js';

export const PASSWORD = 'correct horse battery staple';

export const providers: ProviderCatalogue = {
  list: () => [
    provider({
      ...{ id: 'openai', displayName: 'OpenAI', requiresCredential: true },
      defaultBaseUrl: 'https://api.openai.com/v1',
      dialects: ['openai-chat', 'openai-responses'],
    }),
    provider({ id: 'openai-compatible', displayName: 'OpenAI compatible' }),
    provider({ id: 'demo', displayName: 'Demo', defaultBaseUrl: 'http://demo.invalid' }),
    provider({
      ...{ id: 'regional', displayName: 'Regional', requiresCredential: true },
      defaultBaseUrl: 'https://{host}/v1/{project}',
      dialects: ['bedrock-converse'],
      options: [
        {
          ...{ name: 'project', description: 'the id of a project', required: true, default: null },
          pattern: '^[a-z]+$',
        },
        {
          ...{ name: 'region', description: 'a region: eu, us', required: false, default: 'us' },
          pattern: '^[a-z]{2}$',
        },
        {
          ...{
            name: 'host',
            description: 'the host of the region',
            required: false,
            default: 'us.vendor.example',
          },
          defaultFrom: ({ region = '' }) => `${region}.vendor.example`,
          pattern: '^[a-z.-]+$',
        },
      ],
    }),
  ],
};

/** What an answer holds; the assertions of the tests say what it should. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface OutboxRow {
  readonly kind: 'document' | 'event';
  readonly target: string;
  readonly key: string;
  readonly body: unknown;
}

export interface AdminApi {
  readonly app: NestFastifyApplication;
  readonly dataSource: DataSource;
  readonly services: ReturnType<typeof createAdminServices>;
  /** Everything that was logged, as text. */
  logged(): string;
  /** As the administrator. */
  call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Answer>;
  outbox(): Promise<OutboxRow[]>;
  /** Drops the database, too. */
  close(): Promise<void>;
}

/** The admin feature behind the real control API on a database of its own, with an administrator logged in. */
export async function startAdminApi(
  overrides: Partial<AdminDependencies> & { readonly clock?: Clock } = {},
): Promise<AdminApi> {
  const database = await createTestDatabase();
  const dataSource = await openDatabase(adminDatabase({ url: database.url, poolMax: 5 }));
  const lines: string[] = [];
  const logger = createLogger({
    service: 'admin',
    level: 'trace',
    destination: { write: (line: string) => void lines.push(line) },
  });
  const masterKey = overrides.masterKey ?? parseMasterKey(generateMasterKey());
  const clock = overrides.clock ?? systemClock;
  const dependencies: AdminDependencies = { dataSource, masterKey, clock, logger, providers, ...overrides };
  const services = createAdminServices(dependencies);
  await services.admin.ensureAdministrator(PASSWORD);
  const app = await createControlApplication({
    modules: [AdminModule.register(dependencies)],
    ...{ logger, masterKey, clock },
    health: new HealthChecks(),
    metrics: createMetrics({ service: 'admin' }),
    openApi: { title: 'Tollgate' },
  });
  const [administrator]: { id: string }[] = await dataSource.query('select id from admin.users');
  // Signed anew for each call: a test may let days pass in between.
  const accessToken = () =>
    signAccessToken(
      masterKey,
      { subject: administrator?.id ?? '', role: 'administrator', ttlSeconds: 60 },
      clock,
    );
  return {
    ...{ app, dataSource, services },
    logged: () => lines.join(''),
    call: async (method, path, body) => call(app, { method, path, body, accessToken: await accessToken() }),
    outbox: () => dataSource.query('select kind, target, key, body from admin.outbox order by position'),
    async close() {
      await app.close();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

interface CallInput {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly accessToken?: string;
}

export async function call(app: NestFastifyApplication, input: CallInput): Promise<Answer> {
  const isText = typeof input.body === 'string';
  const response = await app.inject({
    method: input.method,
    url: input.path,
    headers: {
      ...(input.accessToken === undefined ? {} : { authorization: `Bearer ${input.accessToken}` }),
      ...(input.body === undefined
        ? {}
        : { 'content-type': isText ? 'application/yaml' : 'application/json' }),
    },
    ...(input.body === undefined ? {} : { payload: isText ? input.body : JSON.stringify(input.body) }),
  });
  return {
    status: response.statusCode,
    body: response.body === '' ? undefined : JSON.parse(response.body),
    headers: response.headers,
  };
}
