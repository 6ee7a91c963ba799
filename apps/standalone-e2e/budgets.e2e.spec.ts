import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseUsd } from '@tollgate/contracts';
import { eventually, WebhookReceiver } from '@tollgate/testing';
import { PASSWORD, StandaloneGateway } from './standalone-gateway.js';

interface Budget {
  readonly id: string;
  readonly spent: string | null;
  readonly remaining: string | null;
}

const AMOUNT = '0.001';
/** Less than any request costs. */
const NOTHING = '0.000000001';

describe('a daily budget of a key', () => {
  let gateway: StandaloneGateway;
  let token: string;
  let budget: Budget;
  let hook: WebhookReceiver;

  beforeAll(async () => {
    gateway = await (await StandaloneGateway.start({ TOLLGATE_ADMIN_PASSWORD: PASSWORD })).ready();
    token = await gateway.login(PASSWORD);
    hook = await WebhookReceiver.start();
    const rule = { on: ['budget-threshold'], webhook: { url: hook.url } };
    const notifications = [
      { ...rule, name: 'elsewhere', organizations: ['elsewhere'] },
      { ...rule, name: 'finance', organizations: ['default'] },
    ];
    await call('PATCH', '/api/v1/settings', { health: { notifications } });
    const { items } = (await call('GET', '/api/v1/api-keys')) as { items: { id: string }[] };
    budget = (await call('POST', '/api/v1/budgets', {
      ...{ scope: 'api-key', scopeId: items[0]!.id, period: 'daily', amount: NOTHING },
    })) as Budget;
  }, 120_000);
  afterAll(async () => {
    hook?.stop();
    await gateway?.remove();
  });

  const call = (method: string, path: string, body?: unknown): Promise<unknown> =>
    gateway.admin(method, path, { token, ...(body !== undefined && { body }) });
  const ask = (): Promise<number> =>
    gateway
      .openai()
      .chat.completions.create({
        model: 'demo',
        max_tokens: 50,
        messages: [{ role: 'user', content: 'Good day to you' }],
      })
      .then(
        () => 200,
        (error: { status: number; code: string; message: string }) => {
          expect(error).toMatchObject({ status: 402, code: 'budget_exceeded' });
          expect(error.message).toContain(`The daily budget ${budget.id} of the API key`);
          return error.status;
        },
      );
  const read = async (): Promise<Budget> => (await call('GET', `/api/v1/budgets/${budget.id}`)) as Budget;

  it('lets requests through until it is used up, and no nano-dollar beyond', async () => {
    // What is asked before the proxy has heard of the budget does not count in it.
    let before = 0;
    await eventually(async () => {
      const status = await ask();
      if (status === 200) before += 1;
      return status === 402;
    }, 'a refusal for the budget');
    const uncounted = before === 0 ? 0n : parseUsd((await gateway.usage(token, before))[0]!.charge)!;
    await call('PATCH', `/api/v1/budgets/${budget.id}`, { amount: AMOUNT });
    await eventually(async () => (await ask()) === 200, 'a request that the budget covers');
    let served = 1;
    while (served < 200 && (await ask()) === 200) served += 1;
    expect(served).toBeGreaterThan(3);
    expect(served).toBeLessThan(200);
    const [row] = await gateway.usage(token, before + served);
    const spent = await eventually(async () => {
      const { spent: known } = await read();
      return known !== null && parseUsd(known) === parseUsd(row!.charge)! - uncounted ? known : undefined;
    }, 'the charges in the budget');
    expect(parseUsd(spent)).toBeLessThanOrEqual(parseUsd(AMOUNT)!);
    const { items } = (await call('GET', `/api/v1/billing/budgets/${budget.id}/alerts`)) as {
      items: { threshold: number }[];
    };
    expect(items.map(({ threshold }) => threshold)).toEqual([80, 50]);
  });

  it('tells of each threshold by one webhook, of the rule that names its organisation', async () => {
    await eventually(() => hook.received.length >= 2, 'the webhooks');
    const told = hook.received.map(
      ({ body }) => JSON.parse(body) as { rule: string; data: { threshold: number } },
    );
    expect(told.map(({ data }) => data.threshold).sort((one, other) => one - other)).toEqual([50, 80]);
    expect(told[0]).toMatchObject({ type: 'budget-threshold', budget: { id: budget.id } });
    expect(told.map(({ rule }) => rule)).toEqual(['finance', 'finance']);
  });

  it('goes on as soon as it is raised', async () => {
    await call('PATCH', `/api/v1/budgets/${budget.id}`, { amount: '1.00' });
    await eventually(async () => (await ask()) === 200, 'a request that the budget covers again');
  });
});
