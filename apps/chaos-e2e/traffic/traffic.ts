import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { VENDOR_WRITERS, type WrittenDialect } from '@tollgate/testing/vendor';
import { SeededRandom } from '../seeded-random.js';
import { PROXIES, type ProxyName } from '../services.js';
import { ask, type Patience } from './ask.js';
import type { SentRequest } from './sent-request.js';

const DIALECTS = Object.keys(VENDOR_WRITERS) as WrittenDialect[];
const CLIENTS = 6;
/** Between two requests of a client: the machine is for the faults, not for a load test. */
const PAUSE_MS = { least: 10, most: 50 } as const;
/** A client that finds nobody waits longer, as clients do. */
const PAUSE_AFTER_FAILURE_MS = 100;
const STREAMED_SHARE = 0.5;
const ABORTED_SHARE = 0.08;

/** A key and whose it is. */
export interface Customer {
  readonly name: string;
  readonly organization: string;
  readonly apiKey: string;
}

export interface TrafficOptions {
  readonly urlOf: (proxy: ProxyName) => string;
  readonly customers: readonly Customer[];
  /** Asked with by hand only. */
  readonly gauge: Customer;
  readonly seed: number;
}

/** Clients of all dialects and organisations that ask both proxies all the time, and keep what they were told. */
export class Traffic {
  /** Every request that ended, in the order of their ends. */
  readonly sent: SentRequest[] = [];
  /** Requests that nobody answered in half a minute. */
  forgotten = 0;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  private readonly random: SeededRandom;
  private nextNonce = 1;
  private clients: Promise<void>[] = [];
  private running = false;

  constructor(private readonly options: TrafficOptions) {
    this.random = new SeededRandom(options.seed);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.clients = Array.from({ length: CLIENTS }, () => this.client());
  }

  /** Resolves once every request has ended. */
  async pause(): Promise<void> {
    this.running = false;
    await Promise.all(this.clients);
    this.agent.destroy();
  }

  /** One request by hand, of the customer whose money does not run out. */
  async probe(proxy: ProxyName): Promise<SentRequest> {
    const [customer] = this.options.customers;
    if (customer === undefined) throw new Error('There is no customer.');
    return this.askByHand(proxy, customer);
  }

  /** One request by hand, of the customer whose limit is known to the unit. */
  askGauge(proxy: ProxyName): Promise<SentRequest> {
    return this.askByHand(proxy, this.options.gauge);
  }

  private askByHand(proxy: ProxyName, customer: Customer): Promise<SentRequest> {
    return this.send({ proxy, customer, dialect: 'openai-chat', streamed: false, patience: 'to-the-end' });
  }

  private async client(): Promise<void> {
    const { random } = this;
    while (this.running) {
      const { ending } = await this.send({
        proxy: random.pick(PROXIES),
        customer: random.pick(this.options.customers),
        dialect: random.pick(DIALECTS),
        streamed: random.chance(STREAMED_SHARE),
        patience: this.patience(),
      });
      const nobody = ending === 'unreachable' || ending === 'refused';
      await delay(nobody ? PAUSE_AFTER_FAILURE_MS : random.between(PAUSE_MS.least, PAUSE_MS.most));
    }
  }

  private patience(): Patience {
    const { random } = this;
    if (!random.chance(ABORTED_SHARE)) return 'to-the-end';
    return random.chance(0.5) ? 'until-first-byte' : { giveUpAfterMs: random.between(1, 30) };
  }

  private async send({ proxy, customer, dialect, streamed, patience }: Sending): Promise<SentRequest> {
    const nonce = this.nextNonce++;
    const sentAt = performance.now();
    const { forgotten, ...answer } = await ask({
      baseUrl: this.options.urlOf(proxy),
      agent: this.agent,
      apiKey: customer.apiKey,
      ...{ nonce, dialect, streamed, patience },
    });
    if (forgotten) this.forgotten += 1;
    const request: SentRequest = {
      ...{ nonce, proxy, dialect, streamed, sentAt },
      organization: customer.organization,
      key: customer.name,
      endedAt: performance.now(),
      ...answer,
    };
    this.sent.push(request);
    return request;
  }
}

interface Sending {
  readonly proxy: ProxyName;
  readonly customer: Customer;
  readonly dialect: WrittenDialect;
  readonly streamed: boolean;
  readonly patience: Patience;
}
