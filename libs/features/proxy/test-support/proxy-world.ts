import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  MemoryLimitStore,
  RateLimiter,
  type Admission,
  type HoldInput,
  type ShareStore,
} from '@tollgate/admission';
import {
  apiKeyDocumentKey,
  channelDocumentKey,
  GatewayError,
  modelDocumentKey,
  organizationDocumentKey,
  priceCardDocumentKey,
  SETTINGS_DOCUMENT_KEY,
  systemClock,
  type Clock,
  type JournalId,
  type LeaseId,
  type NanoUsd,
} from '@tollgate/contracts';
import {
  encodeEnd,
  encodeStart,
  type Journal,
  type JournalEnd,
  type JournalStart,
  type StartedRequest,
} from '@tollgate/metering';
import { EgressGuard, HttpTransport, MediaFetcher } from '@tollgate/providers';
import {
  credentialAssociation,
  generateMasterKey,
  hashApiKey,
  parseMasterKey,
  sealSecret,
} from '@tollgate/security';
import { createMetrics, noopLogger } from '@tollgate/telemetry';
import { eventually, FakeDocumentStore, FakeEventLog, ManualClock, type FakeVendor } from '@tollgate/testing';
import { FrontServer } from '../src/http/front-server.js';
import type { AttemptFacts } from '../src/observation/request-tracing.js';
import { ProxyService, type ProxyLimits } from '../src/proxy-service.js';

export const SECRET = 'sk-tg-0123456789abcdef0123456789abcdef';
export const KEYED: Readonly<Record<string, string>> = { authorization: `Bearer ${SECRET}` };

let journals = 0;

export class MemoryJournal implements Journal {
  readonly id = `journal-${(journals += 1)}` as JournalId;
  readonly starts: JournalStart[] = [];
  readonly ends: JournalEnd[] = [];
  full = false;

  get openCount(): number {
    return this.starts.length - this.ends.length;
  }
  async start(entry: JournalStart): Promise<StartedRequest> {
    if (this.full) throw new GatewayError('overloaded', 'The journal is full.');
    this.starts.push(JSON.parse(String(encodeStart(entry))) as JournalStart);
    return { entry };
  }
  end(_started: StartedRequest, entry: JournalEnd): void {
    this.ends.push(JSON.parse(String(encodeEnd(entry, this.ends.length + 1))) as JournalEnd);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** One account with a balance, held from at once. */
export class MemoryAdmission implements Admission {
  available: NanoUsd = 1_000_000_000_000n;
  readonly holds: NanoUsd[] = [];
  /** What holds were settled with, in order. */
  readonly settled: NanoUsd[] = [];
  /** What was asked for last. */
  asked: HoldInput | undefined;

  hold(input: HoldInput): ReturnType<Admission['hold']> {
    const { amountFull, amountMin, budgets } = input;
    this.asked = input;
    const amount = amountFull <= this.available ? amountFull : this.available;
    if (amount < amountMin) return new GatewayError('insufficient_balance', 'The balance is exhausted.');
    this.available -= amount;
    this.holds.push(amount);
    return {
      amount,
      leaseId: 'lease-1' as LeaseId,
      ...(budgets !== undefined && {
        budgetLeases: budgets.map(({ account }) => ({ account, leaseId: `of-${account}` as LeaseId })),
      }),
      settle: (charge) => {
        this.settled.push(charge);
        this.available += amount - charge;
      },
    };
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- asserted field by field
  /** The connection was cut before the answer was whole. */
  readonly cut: boolean;
}

export interface SendOptions {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** May destroy the answer. */
  readonly onData?: (answer: IncomingMessage) => void;
}

/** One proxy on a loopback port, over fakes: one organisation `acme`, one key, and what a test puts besides. */
export class ProxyWorld {
  readonly keyring = { current: parseMasterKey(generateMasterKey()), previous: [] };
  readonly documents = new FakeDocumentStore();
  readonly eventLog = new FakeEventLog();
  readonly journal = new MemoryJournal();
  readonly admission = new MemoryAdmission();
  /** The time by which limits are counted. */
  readonly limitClock = new ManualClock();
  readonly metrics = createMetrics({ service: 'proxy' });
  /** Those that the spans of requests tell of. */
  readonly traced: AttemptFacts[] = [];
  readonly service: ProxyService;
  readonly server: FrontServer;

  private constructor(clock: Clock, limits: Partial<ProxyLimits>, shareStore: ShareStore | undefined) {
    const { documents, eventLog, journal, admission, keyring } = this;
    const guard = new EgressGuard({ allowPrivate: true });
    const store = new MemoryLimitStore({ clock: this.limitClock });
    this.service = new ProxyService({
      ...{ documents, eventLog, journal, admission, keyring, shareStore },
      limiter: new RateLimiter({
        ...{ store, clock: this.limitClock, logger: noopLogger },
        onStoreDown: () => 'closed',
      }),
      guard,
      http: new HttpTransport({ guard, clock: systemClock }),
      media: new MediaFetcher({ allowPrivate: true }),
      clock,
      random: () => 0,
      logger: noopLogger,
      metrics: this.metrics,
      tracing: {
        begin: () => ({ attempted: (facts) => void this.traced.push(facts), end: () => undefined }),
      },
      limits: {
        ...{ bodyBytesMax: 100_000, bodiesBytesMax: 150_000, inFlightMax: 100, delayMaxMs: 0 },
        ...{ identitiesMax: 100, trustedProxies: ['127.0.0.1'] },
        ...limits,
      },
    });
    this.server = new FrontServer({}, this.service.dataPlane, (_request, response) => response.end());
  }

  /** `prepare` puts documents before the proxy reads them. */
  static async start(
    prepare: (world: ProxyWorld) => Promise<unknown>,
    clock: Clock = systemClock,
    limits: Partial<ProxyLimits> = {},
    shareStore?: ShareStore,
  ): Promise<ProxyWorld> {
    const world = new ProxyWorld(clock, limits, shareStore);
    await world.putKey(SECRET, {});
    await world.putOrganization({});
    await prepare(world);
    await world.service.start();
    await eventually(() => world.service.ready, 'the first snapshot');
    world.server.listen(0, '127.0.0.1');
    await once(world.server, 'listening');
    return world;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await this.service.stop(1_000);
  }

  async putKey(secret: string, more: object): Promise<void> {
    await this.documents.bucket('identity').put(apiKeyDocumentKey(hashApiKey(this.keyring.current, secret)), {
      id: 'k1',
      name: 'ci',
      organizationId: 'o1',
      status: 'active',
      expiresAt: null,
      models: null,
      ...more,
    });
  }

  async putOrganization(more: object): Promise<void> {
    const organization = { id: 'o1', name: 'acme', status: 'active', group: 'default', ...more };
    await this.documents.bucket('identity').put(organizationDocumentKey('o1'), organization);
  }

  async putChannel(id: string, fake: Pick<FakeVendor, 'baseUrl'>, more: object = {}): Promise<void> {
    const secret = sealSecret(this.keyring.current, `sk-up-${id}`, credentialAssociation(id, fake.baseUrl));
    await this.documents.bucket('config').put(channelDocumentKey(id), {
      id,
      name: `channel-${id}`,
      provider: 'openai',
      baseUrl: fake.baseUrl,
      credentials: [secret],
      models: [
        { name: 'gpt-4o', upstream: 'gpt-4o', cost: { input: '2.00', output: '8.00' } },
        { name: 'fast', upstream: 'gpt-4o-mini', cost: null },
      ],
      groups: ['default'],
      dialect: null,
      priority: 0,
      weight: 1,
      enabled: true,
      ...more,
    });
    await settled();
  }

  async putModel(name: string, more: object): Promise<void> {
    await this.documents.bucket('config').put(modelDocumentKey(name), {
      ...{ name, displayName: null, description: null, ownedBy: null, contextTokensMax: null },
      ...{ outputTokensMax: null, enabled: true, createdAt: 0, ...more },
    });
    await settled();
  }

  async putPrice(model: string, prices: object): Promise<void> {
    await this.documents.bucket('config').put(priceCardDocumentKey(model), {
      model,
      versions: [{ id: `price-${model}`, version: 1, effectiveFrom: 0, prices }],
    });
    await settled();
  }

  async putSettings(settings: object): Promise<void> {
    await this.documents.bucket('config').put(SETTINGS_DOCUMENT_KEY, settings);
    await settled();
  }

  send(body: unknown, options: SendOptions = {}): Promise<Answer> {
    const { path = '/v1/chat/completions', method = 'POST', headers = KEYED, onData } = options;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        { port: this.port, host: '127.0.0.1', path, method, headers },
        (incoming) => receive(incoming, { onData, resolve }),
      );
      outgoing.on('error', reject);
      outgoing.end(method === 'POST' ? text : undefined);
    });
  }
}

/** Changes of documents become a snapshot in the next turn. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function receive(
  incoming: IncomingMessage,
  { onData, resolve }: { onData: SendOptions['onData']; resolve: (answer: Answer) => void },
): void {
  const chunks: Buffer[] = [];
  const done = (cut: boolean): void => {
    const text = Buffer.concat(chunks).toString();
    resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parsed(text), cut });
  };
  incoming.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    onData?.(incoming);
  });
  incoming.on('end', () => done(false));
  incoming.on('error', () => undefined);
  incoming.on('close', () => done(!incoming.complete));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A stream is no JSON.
    return undefined;
  }
}
