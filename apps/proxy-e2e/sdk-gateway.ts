import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIALECT_IDS, type DialectId } from '@tollgate/contracts';
import { FakeVendor, GatewayProcess, type VendorRequest, type VendorScript } from '@tollgate/testing';
import { freePort } from '@tollgate/testing/launcher';

export type SdkDialect = (typeof DIALECT_IDS)[number];
export const DIALECTS: readonly SdkDialect[] = DIALECT_IDS;

export const API_KEY = 'sk-tg-0123456789abcdef0123456789abcdef';
/** May call no model but `modelOf('openai-chat')`. */
export const NARROW_KEY = 'sk-tg-abcdef0123456789abcdef0123456789';
export const UNKNOWN_KEY = 'sk-tg-ffffffffffffffffffffffffffffffff';
/** For clients of the dialect: one request an hour. */
export const SCARCE_KEYS: Readonly<Record<SdkDialect, string>> = {
  'openai-chat': 'sk-tg-scarce-key-of-openai-chat',
  'openai-responses': 'sk-tg-scarce-key-of-openai-responses',
  'anthropic-messages': 'sk-tg-scarce-key-of-anthropic-messages',
  gemini: 'sk-tg-scarce-key-of-gemini',
};
/** May be used from nowhere. */
export const DISTANT_KEY = 'sk-tg-key-for-another-network';
/** What the gateway shows to vendors. */
export const VENDOR_CREDENTIAL = 'sk-upstream';

const PROVIDER: Readonly<Record<SdkDialect, string>> = {
  'openai-chat': 'openai',
  'openai-responses': 'openai',
  'anthropic-messages': 'anthropic',
  gemini: 'gemini',
};

/** The model that a vendor of the dialect serves. */
export function modelOf(dialect: DialectId): string {
  return `m-${dialect}`;
}

/** The embedding model of a vendor of the dialect. */
export function embeddingModelOf(dialect: 'openai-chat' | 'gemini'): string {
  return `e-${dialect}`;
}

/** The whole gateway in one process, with a vendor of each dialect behind it. */
export class SdkGateway {
  private constructor(
    readonly address: string,
    private readonly vendors: Readonly<Record<SdkDialect, FakeVendor>>,
    private readonly process: GatewayProcess,
    private readonly directory: string,
  ) {}

  static async start(): Promise<SdkGateway> {
    const vendors = Object.fromEntries(
      await Promise.all(
        DIALECTS.map(async (dialect) => [dialect, await FakeVendor.start({ kind: 'silent' })] as const),
      ),
    ) as Record<SdkDialect, FakeVendor>;
    const directory = await mkdtemp(join(tmpdir(), 'tollgate-sdk-'));
    const config = join(directory, 'tollgate.yaml');
    await writeFile(config, JSON.stringify(declaration(vendors)));
    const port = await freePort();
    const gateway = GatewayProcess.start({
      script: 'apps/standalone/dist/main.js',
      environment: {
        TOLLGATE_DATA_DIR: join(directory, 'data'),
        TOLLGATE_PROXY_PORT: String(port),
        TOLLGATE_ADMIN_PORT: String(await freePort()),
        TOLLGATE_CONFIG: config,
        LOG_LEVEL: 'warn',
      },
    });
    await gateway.printed(/Ctrl-C stops it/);
    return new SdkGateway(`http://127.0.0.1:${port}`, vendors, gateway, directory);
  }

  /** What the vendor does from now on. Forgets what it was asked before. */
  script(vendor: SdkDialect, script: VendorScript): void {
    this.vendors[vendor].requests.length = 0;
    this.vendors[vendor].respond(script);
  }

  /** What the vendor was asked since `script`. */
  requests(vendor: SdkDialect): readonly VendorRequest[] {
    return this.vendors[vendor].requests;
  }

  get output(): string {
    return this.process.output;
  }

  async stop(): Promise<void> {
    await this.process.kill();
    await Promise.all(Object.values(this.vendors).map((vendor) => vendor.stop()));
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function declaration(vendors: Readonly<Record<SdkDialect, FakeVendor>>): object {
  const channels = DIALECTS.map((dialect) => ({
    ...{ name: dialect, provider: PROVIDER[dialect], dialect, baseUrl: vendors[dialect].baseUrl },
    credentials: [VENDOR_CREDENTIAL],
    models: modelsOf(dialect).map((name) => ({ name, upstream: `vendor-${name}` })),
  }));
  return {
    version: 1,
    organizations: [{ name: 'sdk', balance: '1000000.00' }],
    channels,
    prices: DIALECTS.flatMap(modelsOf).map((model) => ({ model, input: '1.00', output: '1.00' })),
    keys: [
      { name: 'wide', organization: 'sdk', secret: API_KEY },
      { name: 'narrow', organization: 'sdk', secret: NARROW_KEY, models: [modelOf('openai-chat')] },
      { name: 'distant', organization: 'sdk', secret: DISTANT_KEY, allowedAddresses: ['192.0.2.0/24'] },
      ...DIALECTS.map((dialect) => ({
        ...{ name: `scarce-${dialect}`, organization: 'sdk', secret: SCARCE_KEYS[dialect] },
        limits: { requestsPerWindow: { max: 1, seconds: 3_600 } },
      })),
    ],
    settings: { routing: { attemptsMax: 1 }, health: { enabled: false } },
  };
}

function modelsOf(dialect: SdkDialect): string[] {
  const embeds = dialect === 'openai-chat' || dialect === 'gemini';
  return [modelOf(dialect), ...(embeds ? [embeddingModelOf(dialect)] : [])];
}
