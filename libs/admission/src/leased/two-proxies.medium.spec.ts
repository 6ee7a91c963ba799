import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError, parseUsd, type JournalId, type LeaseId } from '@tollgate/contracts';
import { eventually } from '@tollgate/testing';
import { LeasingProxies } from '../../test-support/leasing-proxies.js';
import type { Hold } from '../admission.js';
import type { RedisQuotaStore } from '../redis/redis-quota-store.js';
import type { LeasedAdmission } from './leased-admission.js';

const ACCOUNT = 'org:shared';
const BALANCE = parseUsd('0.01') ?? 0n;
/** A request can begin with a thousandth of a cent. */
const AMOUNT_MIN = 10_000n;

interface Charge {
  readonly leaseId: LeaseId;
  readonly amount: bigint;
}

describe('two proxies on one account', () => {
  let proxies: LeasingProxies;
  let store: RedisQuotaStore;
  let admissions: readonly LeasedAdmission[];
  let holders: readonly JournalId[];

  beforeEach(async () => {
    proxies = await LeasingProxies.start(2, { [ACCOUNT]: BALANCE });
    ({ store, admissions, holders } = proxies);
  });
  afterEach(() => proxies.stop());

  /** One request: at most `amountFull`, and never more than was held. */
  const request = async (index: number, amountFull: bigint): Promise<Charge | GatewayError> => {
    const admission = admissions[index % admissions.length];
    const hold: Hold | GatewayError | undefined = await admission?.hold({
      account: ACCOUNT,
      amountFull,
      amountMin: AMOUNT_MIN,
    });
    if (hold === undefined || hold instanceof GatewayError || hold.leaseId === null) {
      return hold instanceof GatewayError ? hold : new GatewayError('internal_error', 'No lease.');
    }
    // The vendor takes its time; the charge is any part of the hold.
    await new Promise((resolve) => setImmediate(resolve));
    const amount = (hold.amount * BigInt(50 + (index % 51))) / 100n;
    hold.settle(amount);
    return { leaseId: hold.leaseId, amount };
  };

  /** What billing does: every charge is committed, and told with its lease. */
  const bill = async (charges: readonly Charge[]): Promise<bigint> => {
    const consumed = new Map<LeaseId, bigint>();
    for (const { leaseId, amount } of charges) {
      consumed.set(leaseId, (consumed.get(leaseId) ?? 0n) + amount);
    }
    await store.project(
      [],
      [...consumed].map(([leaseId, sum]) => ({ leaseId, account: ACCOUNT, consumed: sum })),
    );
    return charges.reduce((sum, { amount }) => sum + amount, 0n);
  };

  const run = async (count: number, amountFull: bigint): Promise<readonly (Charge | GatewayError)[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => request(index, amountFull)));

  const charged = (results: readonly (Charge | GatewayError)[]): Charge[] =>
    results.filter((result): result is Charge => !(result instanceof GatewayError));

  it.each([
    ['a fifth of a cent', 2_000_000n],
    ['a cent', 10_000_000n],
    ['a dollar', 1_000_000_000n],
    ['a hundredth of a cent', 100_000n],
  ])('never spend more than there is when 200 requests ask for %s each at once', async (_, amountFull) => {
    const results = await run(200, amountFull);
    const charges = charged(results);
    expect(charges.length).toBeGreaterThan(1);
    for (const result of results) {
      if (result instanceof GatewayError) expect(result.code).toBe('insufficient_balance');
    }
    const total = await bill(charges);
    expect(total).toBeLessThanOrEqual(BALANCE);
    await proxies.closeAdmissions();
    expect(await store.available(ACCOUNT)).toBe(BALANCE - total);
    for (const holder of holders) await store.reclaim(holder);
    expect(await store.available(ACCOUNT)).toBe(BALANCE - total);
  });

  it('spend what is left by and by, until not even the least is there', async () => {
    const amountFull = 1_000_000n;
    const charges: Charge[] = [];
    const refusals: GatewayError[] = [];
    for (let round = 0; round < 20; round += 1) {
      for (const result of await run(10, amountFull)) {
        if (result instanceof GatewayError) refusals.push(result);
        else charges.push(result);
      }
    }
    expect(refusals.length).toBeGreaterThan(0);
    const total = await bill(charges);
    expect(total).toBeLessThanOrEqual(BALANCE);
    // What is left is spread over the two leases and the store: each less than a request needs at least.
    expect(BALANCE - total).toBeLessThan(3n * AMOUNT_MIN);
  });

  it('give idle money back, so that the other can spend it', async () => {
    const first = await request(0, BALANCE);
    expect(first).not.toBeInstanceOf(GatewayError);
    const second = await eventually(async () => {
      const result = await request(1, BALANCE / 2n);
      return result instanceof GatewayError ? undefined : result;
    }, 'money of the other proxy');
    await bill(charged([first, second]));
    expect(second.amount).toBeGreaterThan(0n);
  });
});
