import { once } from 'node:events';
import { GatewayError } from '@tollgate/contracts';
import { Redis } from 'ioredis';
import { LIMITS_APPLY, LIMITS_RENEW, SHARES_STATE } from '../limits/scripts.js';
import type { AdmissionLogger } from '../logger.js';
import * as scripts from './scripts.js';

/** A call that takes longer is given up: a request waits for it. */
const COMMAND_TIMEOUT_MS = 1_000;
const RECONNECT_DELAY_MAX_MS = 1_000;

/** Each script takes the key of the state; what else it touches is named from it. */
const SCRIPTS = {
  quotaAcquire: scripts.ACQUIRE,
  quotaState: scripts.STATE,
  quotaProject: scripts.PROJECT,
  quotaInspectState: scripts.INSPECT_STATE,
  quotaLoad: scripts.LOAD,
  quotaSwitch: scripts.SWITCH,
  quotaReclaim: scripts.RECLAIM,
  quotaForget: scripts.FORGET,
  quotaSilentHolders: scripts.SILENT_HOLDERS,
  quotaAvailable: scripts.AVAILABLE,
  limitsApply: LIMITS_APPLY,
  limitsRenew: LIMITS_RENEW,
  sharesState: SHARES_STATE,
};

export type ScriptName = keyof typeof SCRIPTS;
type ScriptedRedis = Redis & Record<ScriptName, (key: string, ...input: string[]) => Promise<unknown>>;

/** A connection that fails soon rather than late: nothing is queued while the server is away, nothing is sent twice. */
export class RedisConnection {
  readonly #client: ScriptedRedis;
  readonly #owned: boolean;
  readonly #address: string;
  #connected = false;
  #down = false;

  constructor(
    connection: { readonly url: string } | { readonly client: Redis },
    private readonly logger: AdmissionLogger,
  ) {
    this.#owned = 'url' in connection;
    const client = 'url' in connection ? connect(connection.url) : connection.client;
    for (const [name, lua] of Object.entries(SCRIPTS)) client.defineCommand(name, { numberOfKeys: 1, lua });
    // defineCommand adds the methods; their names are those of SCRIPTS.
    this.#client = client as ScriptedRedis;
    this.#address = `${client.options.host ?? 'localhost'}:${client.options.port ?? 6379}`;
    client.on('ready', () => this.#up());
    client.on('error', (error: unknown) => this.#failed(error));
  }

  run(script: ScriptName, key: string, ...input: string[]): Promise<unknown> {
    return this.ask((client) => client[script](key, ...input));
  }

  /** @throws GatewayError `admission_unavailable` for whatever Redis does not answer */
  async ask<Answer>(question: (client: ScriptedRedis) => Promise<Answer>): Promise<Answer> {
    try {
      if (!this.#connected) await this.#firstConnection();
      return await question(this.#client);
    } catch (error) {
      throw new GatewayError(
        'admission_unavailable',
        `Redis at ${this.#address} cannot be asked: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error, exposure: 'internal', retryAfterSeconds: 1 },
      );
    }
  }

  async close(): Promise<void> {
    if (!this.#owned) return;
    this.#client.disconnect();
  }

  /** A process that has just started waits for its connection; later ones come back by themselves. */
  async #firstConnection(): Promise<void> {
    if (this.#client.status !== 'ready') {
      await once(this.#client, 'ready', { signal: AbortSignal.timeout(COMMAND_TIMEOUT_MS) });
    }
    this.#connected = true;
  }

  #up(): void {
    if (this.#down) this.logger.info({ address: this.#address }, 'Redis is connected again');
    this.#down = false;
  }

  #failed(error: unknown): void {
    if (!this.#down) this.logger.warn({ address: this.#address, error }, 'Redis is not connected');
    this.#down = true;
  }
}

function connect(url: string): Redis {
  return new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), RECONNECT_DELAY_MAX_MS),
    // A primary that became a replica refuses to write: look for the new primary.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
}
