import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, FakeVendor, signedAt, WebhookReceiver } from '@tollgate/testing';
import { DistributedGateway } from './distributed-gateway.js';
import { ANSWER, isAnswered, soldBy } from './one-vendor.js';

const KEY = 'sk-tg-key-of-the-alert-test';
/** Of five requests. */
const BUDGET = '0.003';

describe('a budget that is being spent', () => {
  let gateway: DistributedGateway;
  let vendor: FakeVendor;
  let hook: WebhookReceiver;

  beforeAll(async () => {
    vendor = await FakeVendor.start(ANSWER);
    hook = await WebhookReceiver.start();
    gateway = await DistributedGateway.start(['admin', 'billing', 'channel-health', 'proxy-1']);
    await gateway.apply({
      ...soldBy(vendor),
      organizations: [
        {
          ...{ name: 'acme', balance: '100.00' },
          budgets: [{ period: 'monthly', amount: BUDGET, soft: true, thresholds: [80, 100] }],
        },
      ],
      keys: [{ name: 'ci', organization: 'acme', secret: KEY }],
      settings: {
        health: {
          notifications: ['acme', 'elsewhere'].map((organization) => ({
            ...{ name: organization === 'acme' ? 'finance' : organization, on: ['budget-threshold'] },
            ...{ organizations: [organization], webhook: { url: hook.url } },
          })),
        },
      },
    });
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    await vendor?.stop();
    hook?.stop();
  }, 60_000);

  const ask = (): Promise<boolean> => isAnswered(gateway.openai('proxy-1', KEY));
  const told = (): string[] =>
    hook.received.map(({ body }) => (JSON.parse(body) as { summary: string }).summary);

  it('is told of by one signed webhook a threshold, also when billing is killed and started again', async () => {
    // Model and account reach the proxy a moment after they are made.
    await eventually(ask, 'the first answer');
    for (const _ of [2, 3]) expect(await ask()).toBe(true);
    expect(await ask()).toBe(true);
    await eventually(() => hook.received.length > 0, 'the webhook', 20_000);
    expect(told()).toEqual([
      'The monthly budget of organisation acme reached 80 %: 0.0024 of 0.003 USD are spent.',
    ]);
    const { secret } = await gateway.call<{ secret: string }>(
      'channel-health',
      'GET',
      '/api/v1/channel-health/notifications/finance/secret',
    );
    expect(signedAt(hook.received[0]!, secret)).toEqual(expect.any(Number));

    // The next threshold is reached while billing is away.
    await gateway.kill('billing');
    expect(await ask()).toBe(true);
    await gateway.restart('billing');
    await eventually(() => hook.received.length > 1, 'the second webhook', 20_000);
    expect(await ask()).toBe(true);
    await gateway.kill('billing');
    await gateway.restart('billing');
    await gateway.kill('channel-health');
    await gateway.restart('channel-health');
    const list = '/api/v1/channel-health/notifications';
    const { items } = await gateway.call<{ items: { attempts: number }[] }>('channel-health', 'GET', list);
    expect(items).toHaveLength(2);
    expect(told()).toEqual([
      expect.stringContaining('reached 80 %: 0.0024 of 0.003 USD'),
      expect.stringContaining('reached 100 %: 0.003 of 0.003 USD'),
    ]);
  }, 120_000);
});
