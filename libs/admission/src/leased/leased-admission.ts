import { GatewayError, systemClock, type Clock, type JournalId } from '@tollgate/contracts';
import type { Admission, BudgetAccount, Hold, HoldInput } from '../admission.js';
import { isBudgetAccount } from '../budget-period.js';
import type { AdmissionLogger } from '../logger.js';
import type { AccountId, AcquireResult, QuotaStore } from '../quota-store.js';
import { systemTimers, type Timers } from '../timers.js';
import { JointHold } from './joint-hold.js';
import { LeaseKeeper } from './lease-keeper.js';
import { LocalAccount } from './local-account.js';
import type { LeaseHold } from './local-lease.js';
import { budgetExceeded, closed, insufficientBalance, storeUnavailable, unknownAccount } from './refusals.js';
import { StoreHealth } from './store-health.js';

export interface LeasedAdmissionOptions {
  readonly store: QuotaStore;
  /** The journal of this process: whoever holds the leases. */
  readonly holder: JournalId;
  readonly logger: AdmissionLogger;
  /** Asked whenever the store can't be: `open` serves and deducts later, `closed` refuses. */
  readonly onStoreDown: () => 'open' | 'closed';
  readonly clock?: Clock;
  readonly timers?: Timers;
}

type Outcome = AcquireResult['status'] | 'unavailable';

/** So long requests wait for an account that the store does not know: its organisation may be new. */
const UNKNOWN_PATIENCE_MS = 1_000;
/** Longer than billing lets holders re-attach their leases to a store that lost its data. */
const RECOVERY_PATIENCE_MS = 6_000;
const RETRY_INTERVAL_MS = 50;

/**
 * Admission from quota leases. A hold that fits the lease is answered at once; the store is asked for a slice when it
 * does not, once an account at a time whoever waits, and ahead of need when the lease runs low.
 */
export class LeasedAdmission implements Admission {
  private readonly accounts = new Map<AccountId, LocalAccount>();
  private readonly clock: Clock;
  private readonly timers: Timers;
  private readonly health: StoreHealth;
  private readonly keeper: LeaseKeeper;
  private isClosed = false;

  constructor(private readonly options: LeasedAdmissionOptions) {
    const { store, holder, logger, clock = systemClock, timers = systemTimers } = options;
    this.clock = clock;
    this.timers = timers;
    this.health = new StoreHealth(logger);
    const { accounts, health } = this;
    this.keeper = new LeaseKeeper({ store, holder, accounts, health, timers, logger });
  }

  hold(input: HoldInput): Hold | GatewayError | Promise<Hold | GatewayError> {
    if (input.budgets !== undefined) return this.holdJointly(input, input.budgets);
    return this.holdNow(input.account, input) ?? this.holdSlowly(input);
  }

  /** How many accounts this process keeps in memory. */
  get accountsKept(): number {
    return this.accounts.size;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.keeper.stop();
    for (const account of this.accounts.values()) {
      for (const waiter of account.waiters.splice(0)) waiter.answer(closed());
    }
    await Promise.all([...this.accounts.values()].map(async ({ acquiring }) => acquiring));
    const left = await this.keeper.giveAllBack();
    if (left > 0) {
      this.options.logger.warn({ leases: left }, 'leases were not given back; billing reclaims them later');
    }
  }

  /** The whole amount, from the live lease of the account; `undefined` if it does not cover that. */
  private holdNow(id: AccountId, input: HoldInput): LeaseHold | undefined {
    const account = this.accounts.get(id);
    if (account === undefined || account.lease.remaining < input.amountFull) return undefined;
    const hold = account.hold(input.amountFull);
    if (account.lease.remaining < account.lowWater) this.topUp(account, input);
    return hold;
  }

  /** In one turn while live leases cover it; what is missing else is waited for, account by account. */
  private holdJointly(
    input: HoldInput,
    budgets: readonly BudgetAccount[],
  ): Hold | Promise<Hold | GatewayError> {
    const held = this.holdNow(input.account, input);
    if (held === undefined) return this.holdJointlySlowly(input, budgets, []);
    const budgetHolds: LeaseHold[] = [];
    for (const { account } of budgets) {
      const hold = this.holdNow(account, input);
      if (hold === undefined) return this.holdJointlySlowly(input, budgets, [held, ...budgetHolds]);
      budgetHolds.push(hold);
    }
    return new JointHold(held, budgetHolds);
  }

  /** Goes on after the holds that there are. All hold the same in the end: the least that one of them could. */
  private async holdJointlySlowly(
    input: HoldInput,
    budgets: readonly BudgetAccount[],
    holds: LeaseHold[],
  ): Promise<Hold | GatewayError> {
    const { amountMin } = input;
    const accounts = [input.account, ...budgets.map(({ account }) => account)];
    let amountFull = input.amountFull;
    for (const [index, account] of accounts.entries()) {
      const hold = holds[index] ?? (await this.holdSlowly({ account, amountFull, amountMin }));
      if (hold instanceof GatewayError) {
        for (const open of holds) open.settle(0n);
        return refusalOf(hold, budgets[index - 1]);
      }
      holds[index] = hold;
      amountFull = hold.amount;
    }
    for (const hold of holds) hold.shrinkTo(amountFull);
    const [held, ...budgetHolds] = holds;
    if (held === undefined) throw new Error('A joint hold has an account.');
    return new JointHold(held, budgetHolds);
  }

  private holdSlowly(input: HoldInput): LeaseHold | GatewayError | Promise<LeaseHold | GatewayError> {
    if (this.isClosed) return closed();
    const account = this.account(input.account);
    if (input.amountFull <= account.lease.remaining) return account.hold(input.amountFull);
    if (this.health.isDown) return this.holdWithoutStore(account, input);
    return new Promise((answer) => {
      account.waiters.push({ input, answer });
      if (!account.pumping) void this.pump(account);
    });
  }

  private account(id: AccountId): LocalAccount {
    const known = this.accounts.get(id);
    if (known !== undefined) return known;
    const account = new LocalAccount(id);
    this.accounts.set(id, account);
    return account;
  }

  /** Serves those who wait, in order, until nobody does. */
  private async pump(account: LocalAccount): Promise<void> {
    account.pumping = true;
    for (;;) {
      serveWhole(account);
      const head = account.waiters[0];
      if (head === undefined) break;
      // A top-up under way may be all that is needed.
      if (account.acquiring !== undefined) await account.acquiring;
      else await this.serveHead(account, head.input);
    }
    account.pumping = false;
  }

  private async serveHead(account: LocalAccount, input: HoldInput): Promise<void> {
    const outcome = await this.acquire(account, input);
    if (outcome !== 'unknown-account' && outcome !== 'recovering') account.unsettledSince = undefined;
    switch (outcome) {
      case 'granted':
        servePartly(account, input);
        return;
      case 'insufficient':
        refuseShort(account, input);
        return;
      case 'reclaimed':
        return;
      case 'unavailable':
        this.answerWithoutStore(account);
        return;
      case 'unknown-account':
        if (await this.canWait(account, UNKNOWN_PATIENCE_MS)) return;
        // Billing opens a period ahead of its time: if there is no account, billing has been away for that long.
        if (isBudgetAccount(account.id)) this.answerWithoutStore(account);
        for (const waiter of account.waiters.splice(0)) waiter.answer(unknownAccount());
        return;
      case 'recovering': {
        const open = this.options.onStoreDown() === 'open';
        if (await this.canWait(account, open ? UNKNOWN_PATIENCE_MS : RECOVERY_PATIENCE_MS)) return;
        this.answerWithoutStore(account);
      }
    }
  }

  /** Waits a little, unless requests of the account have waited long enough. */
  private async canWait(account: LocalAccount, patienceMs: number): Promise<boolean> {
    const now = this.clock.monotonic();
    account.unsettledSince ??= now;
    if (now - account.unsettledSince >= patienceMs) return false;
    await this.timers.delay(RETRY_INTERVAL_MS);
    return true;
  }

  private topUp(account: LocalAccount, input: HoldInput): void {
    if (account.acquiring !== undefined || account.pumping || this.health.isDown || this.isClosed) return;
    void this.acquire(account, input);
  }

  private async acquire(account: LocalAccount, input: HoldInput): Promise<Outcome> {
    const asked = this.askForSlice(account, input);
    account.acquiring = asked;
    const outcome = await asked;
    account.acquiring = undefined;
    return outcome;
  }

  private async askForSlice(account: LocalAccount, input: HoldInput): Promise<Outcome> {
    const { store, holder } = this.options;
    const { lease } = account;
    const amountFull = atLeastOne(input.amountFull - lease.remaining);
    const slice = account.nextSlice(input.amountFull, this.clock.monotonic()) - lease.remaining;
    const amountWanted = slice > amountFull ? slice : amountFull;
    const amountMin = atLeastOne(input.amountMin - lease.remaining);
    try {
      const result = await store.acquire({
        ...lease.statement(),
        holder,
        amountMin: amountMin < amountFull ? amountMin : amountFull,
        amountFull,
        amountWanted,
      });
      this.health.answered();
      if (result.status === 'granted') account.granted(result.amount, amountWanted);
      else if (result.status === 'insufficient') account.exhausted();
      else if (result.status === 'reclaimed' && account.lease === lease) account.renewLease();
      return result.status;
    } catch (error) {
      account.doubtful = true;
      this.health.failed(error);
      return 'unavailable';
    }
  }

  private answerWithoutStore(account: LocalAccount): void {
    for (const { input, answer } of account.waiters.splice(0)) answer(this.holdWithoutStore(account, input));
  }

  private holdWithoutStore(account: LocalAccount, input: HoldInput): LeaseHold | GatewayError {
    const { remaining } = account.lease;
    if (remaining >= input.amountFull) return account.hold(input.amountFull);
    if (remaining > 0n && remaining >= input.amountMin) return account.hold(remaining);
    if (this.options.onStoreDown() === 'open') return account.lease.holdUncovered(input.amountFull);
    return storeUnavailable();
  }
}

function serveWhole(account: LocalAccount): void {
  for (;;) {
    const head = account.waiters[0];
    if (head === undefined || head.input.amountFull > account.lease.remaining) return;
    account.waiters.shift();
    head.answer(account.hold(head.input.amountFull));
  }
}

/** The grant is all that the balance had for this request: it takes what is there, if that is enough to begin. */
function servePartly(account: LocalAccount, asked: HoldInput): void {
  serveWhole(account);
  const head = account.waiters[0];
  const { remaining } = account.lease;
  if (head?.input !== asked || remaining <= 0n || remaining < asked.amountMin) return;
  account.waiters.shift();
  head.answer(account.hold(remaining));
}

/** The balance has not even the least of `asked`: nor has it for anybody who needs as much. */
function refuseShort(account: LocalAccount, asked: HoldInput): void {
  const waiters = account.waiters;
  account.waiters = [];
  for (const waiter of waiters) {
    const { amountFull, amountMin } = waiter.input;
    const { remaining } = account.lease;
    if (remaining >= amountFull) waiter.answer(account.hold(amountFull));
    else if (remaining > 0n && remaining >= amountMin) waiter.answer(account.hold(remaining));
    else if (amountMin >= asked.amountMin) waiter.answer(insufficientBalance());
    else account.waiters.push(waiter);
  }
}

/** A refusal names the budget that it comes from. */
function refusalOf(error: GatewayError, budget: BudgetAccount | undefined): GatewayError {
  return budget !== undefined && error.code === 'insufficient_balance' ? budgetExceeded(budget) : error;
}

const atLeastOne = (amount: bigint): bigint => (amount > 0n ? amount : 1n);
