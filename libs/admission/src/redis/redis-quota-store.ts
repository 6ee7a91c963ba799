import { randomUUID } from 'node:crypto';
import { GatewayError, type JournalId, type LeaseId, type NanoUsd } from '@tollgate/contracts';
import type { Redis } from 'ioredis';
import type { AdmissionLogger } from '../logger.js';
import type {
  AccountId,
  AccountProjection,
  AcquireInput,
  AcquireResult,
  HeldLease,
  LeaseProjection,
  QuotaInspection,
  QuotaSnapshot,
  QuotaStore,
} from '../quota-store.js';
import { RedisConnection } from './redis-connection.js';
import { removeOtherEpochs } from './remove-other-epochs.js';

export type RedisQuotaStoreOptions = {
  /** Begins every key, e.g. `tollgate`, so that installations and tests can share a server. */
  readonly prefix: string;
  readonly logger: AdmissionLogger;
} & (
  | { readonly url: string; readonly client?: never }
  /** Closed by whoever made it. Set `autoResendUnfulfilledCommands: false`. */
  | { readonly client: Redis; readonly url?: never }
);

/** A script holds up every other client: longer lists go in parts. */
const BATCH_MAX = 256;

/** The quota store that proxies share. */
export class RedisQuotaStore implements QuotaStore, QuotaInspection {
  readonly #redis: RedisConnection;
  readonly #stateKey: string;
  readonly #logger: AdmissionLogger;

  constructor(options: RedisQuotaStoreOptions) {
    const { prefix, logger, url, client } = options;
    if (!/^[\w:.-]+$/.test(prefix))
      throw new Error(`A Redis key prefix has letters, digits and _:.- only, not "${prefix}".`);
    this.#redis = new RedisConnection(client === undefined ? { url } : { client }, logger);
    this.#stateKey = `{${prefix}:quota}:state`;
    this.#logger = logger;
  }

  async acquire(input: AcquireInput): Promise<AcquireResult> {
    const {
      leaseId,
      account,
      holder,
      amountMin,
      amountFull = amountMin,
      amountWanted,
      granted,
      sequence,
    } = input;
    const answer = await this.#redis.run(
      'quotaAcquire',
      this.#stateKey,
      leaseId,
      account,
      holder,
      `${amountMin}`,
      `${amountFull}`,
      `${amountWanted}`,
      `${granted ?? ''}`,
      `${sequence ?? ''}`,
    );
    return toAcquireResult(answer as readonly [string, string?]);
  }

  async renew(holder: JournalId, leases: readonly HeldLease[]): Promise<readonly LeaseId[]> {
    const answers = await Promise.all(
      batches(leases).map((batch) =>
        this.#redis.run('quotaState', this.#stateKey, holder, ...batch.flatMap(toStatement)),
      ),
    );
    return (answers as LeaseId[][]).flat();
  }

  async giveBack(holder: JournalId, lease: HeldLease): Promise<void> {
    await this.#redis.run('quotaState', this.#stateKey, holder, ...toStatement(lease));
  }

  async project(accounts: readonly AccountProjection[], leases: readonly LeaseProjection[]): Promise<void> {
    for (const batch of batches(accounts)) await this.#project(batch, []);
    for (const batch of batches(leases)) await this.#project([], batch);
  }

  async isBlank(): Promise<boolean> {
    return (await this.#state()).blank;
  }

  async rebuild(snapshot: QuotaSnapshot): Promise<void> {
    const { blank, epoch, run } = await this.#state();
    if (!blank) throw overtaken();
    const newEpoch = randomUUID();
    const opened = new Set(snapshot.accounts.map(({ account }) => account));
    const leases = snapshot.leases.map((lease) => ({ ...lease, unopened: !opened.has(lease.account) }));
    for (const batch of batches(snapshot.accounts)) await this.#load(newEpoch, batch, []);
    for (const batch of batches(leases)) await this.#load(newEpoch, [], batch);
    const answer = await this.#redis.run(
      'quotaSwitch',
      this.#stateKey,
      newEpoch,
      epoch,
      run,
      `${snapshot.recoverMs}`,
    );
    if (answer !== 'switched') throw overtaken();
    await this.#removeOtherEpochs(newEpoch);
  }

  async reclaim(holder: JournalId): Promise<void> {
    while (Number(await this.#redis.run('quotaReclaim', this.#stateKey, holder)) > 0);
  }

  async forget(accounts: readonly AccountId[]): Promise<void> {
    for (const batch of batches(accounts)) await this.#redis.run('quotaForget', this.#stateKey, ...batch);
  }

  async silentHolders(since: number): Promise<readonly JournalId[]> {
    return (await this.#redis.run('quotaSilentHolders', this.#stateKey, `${since}`)) as JournalId[];
  }

  async available(account: AccountId): Promise<NanoUsd | undefined> {
    const answer = await this.#redis.run('quotaAvailable', this.#stateKey, account);
    return answer === null ? undefined : BigInt(answer as string);
  }

  async ping(): Promise<void> {
    await this.#redis.ask((client) => client.ping());
  }

  async close(): Promise<void> {
    await this.#redis.close();
  }

  async #project(accounts: readonly AccountProjection[], leases: readonly LeaseProjection[]): Promise<void> {
    const answer = await this.#redis.run(
      'quotaProject',
      this.#stateKey,
      `${accounts.length}`,
      ...accounts.flatMap(({ account, credited, version }) => [account, `${credited}`, `${version}`]),
      ...leases.flatMap(({ leaseId, account, consumed, consumedBefore = 0n }) => [
        leaseId,
        account,
        `${consumed}`,
        `${consumedBefore}`,
      ]),
    );
    if (answer === 'blank') {
      throw new GatewayError('admission_unavailable', 'The quota store waits to be rebuilt.');
    }
  }

  async #load(
    epoch: string,
    accounts: QuotaSnapshot['accounts'],
    leases: readonly (LeaseProjection & { readonly unopened: boolean })[],
  ): Promise<void> {
    await this.#redis.run(
      'quotaLoad',
      this.#stateKey,
      epoch,
      `${accounts.length}`,
      ...accounts.flatMap(({ account, balance, credited, version }) => [
        account,
        `${balance}`,
        `${credited}`,
        `${version}`,
      ]),
      ...leases.flatMap(({ leaseId, account, consumed, unopened }) => [
        leaseId,
        account,
        `${consumed}`,
        unopened ? '1' : '0',
      ]),
    );
  }

  async #state(): Promise<{ blank: boolean; epoch: string; run: string }> {
    const answer = await this.#redis.run('quotaInspectState', this.#stateKey);
    const [blank, epoch, run] = answer as [string, string, string];
    return { blank: blank === '1', epoch, run };
  }

  /** The rebuild counts already; what is left over is removed with the next one at the latest. */
  async #removeOtherEpochs(epoch: string): Promise<void> {
    try {
      await this.#redis.ask((client) => removeOtherEpochs(client, this.#stateKey, epoch));
    } catch (error) {
      this.#logger.warn({ error }, 'what a former quota store left in Redis was not removed');
    }
  }
}

function toAcquireResult([status, amount]: readonly [string, string?]): AcquireResult {
  switch (status) {
    case 'granted':
      return { status, amount: BigInt(amount ?? 0) };
    case 'insufficient':
    case 'unknown-account':
    case 'recovering':
    case 'reclaimed':
      return { status };
    default:
      throw new GatewayError('admission_unavailable', 'A later statement about the lease came first.');
  }
}

function toStatement({ leaseId, account, granted, sequence }: HeldLease): string[] {
  return [leaseId, account, `${granted}`, `${sequence ?? ''}`];
}

function overtaken(): GatewayError {
  return new GatewayError('admission_unavailable', 'The quota store was rebuilt meanwhile.');
}

function batches<Item>(items: readonly Item[]): (readonly Item[])[] {
  const count = Math.ceil(items.length / BATCH_MAX);
  return Array.from({ length: count }, (_, index) => items.slice(index * BATCH_MAX, (index + 1) * BATCH_MAX));
}
