import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseUsd } from '@tollgate/contracts';
import { eventually, FakeVendor } from '@tollgate/testing';
import { DistributedGateway } from './distributed-gateway.js';
import { ANSWER, CHARGE, soldBy } from './one-vendor.js';

const KEY = 'sk-tg-key-of-the-budget-test';
const BUDGET = '0.01';

interface Budget {
  readonly amount: string;
  readonly spent: string | null;
  readonly remaining: string | null;
}

describe('two proxies on the budget of one key', () => {
  let gateway: DistributedGateway;
  let vendor: FakeVendor;

  beforeAll(async () => {
    vendor = await FakeVendor.start(ANSWER);
    gateway = await DistributedGateway.start(['admin', 'billing', 'proxy-1', 'proxy-2']);
    await apply(BUDGET);
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    await vendor?.stop();
  }, 60_000);

  const apply = (amount: string): Promise<void> =>
    gateway.apply({
      ...soldBy(vendor),
      organizations: [{ name: 'rich', balance: '100.00' }],
      keys: [
        { name: 'limited', organization: 'rich', secret: KEY, budgets: [{ period: 'monthly', amount }] },
      ],
    });
  const ask = (index: number): Promise<number> =>
    gateway
      .openai(index % 2 === 0 ? 'proxy-1' : 'proxy-2', KEY)
      .chat.completions.create({
        model: 'gpt-4o',
        max_tokens: 50,
        messages: [{ role: 'user', content: 'Hi' }],
      })
      .then(
        () => 200,
        (error: { status?: number; code?: string }) =>
          error.code === 'budget_exceeded' ? 402 : (error.status ?? 0),
      );
  const budget = async (): Promise<Budget> => {
    const { items } = await gateway.call<{ items: Budget[] }>('admin', 'GET', '/api/v1/budgets');
    return items[0]!;
  };

  it('never spend more than there is with 200 requests at once, and go on once it is raised', async () => {
    // Model and account reach the proxies a moment after they are made.
    for (const index of [0, 1]) await eventually(async () => (await ask(index)) === 200, 'the first answer');
    const statuses = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index)));
    expect(new Set(statuses)).toEqual(new Set([200, 402]));
    const served = 2 + statuses.filter((status) => status === 200).length;
    expect(BigInt(served) * CHARGE).toBeLessThanOrEqual(parseUsd(BUDGET)!);
    const known = await eventually(async () => {
      const read = await budget();
      return parseUsd(read.spent ?? '') === BigInt(served) * CHARGE ? read : undefined;
    }, 'every charge in the budget');
    expect(parseUsd(known.spent!)! + parseUsd(known.remaining!)!).toBe(parseUsd(BUDGET));

    await apply('1.00');
    for (const index of [0, 1]) await eventually(async () => (await ask(index)) === 200, 'an answer again');
  }, 90_000);
});
