import { describe, expect, it, jest } from '@jest/globals';
import { TrackedDelivery, type Settlement } from './tracked-delivery.js';

function makeDelivery(attempt = 1, overrides: Partial<Settlement> = {}) {
  const settlement = {
    ack: jest.fn(async () => undefined),
    retry: jest.fn(async (_delayMs: number) => undefined),
    bury: jest.fn(async (_reason: string) => undefined),
    ...overrides,
  };
  const delivery = new TrackedDelivery({
    id: 'a',
    topic: 'usage',
    body: 1,
    attempt,
    deliveriesMax: 3,
    settlement,
  });
  return { delivery, settlement };
}

describe('TrackedDelivery', () => {
  it('carries out the first decision only', async () => {
    const { delivery, settlement } = makeDelivery();
    await delivery.ack();
    await delivery.retry(10);
    await delivery.reject('too late');
    expect(settlement.ack).toHaveBeenCalledTimes(1);
    expect(settlement.retry).not.toHaveBeenCalled();
    expect(settlement.bury).not.toHaveBeenCalled();
  });

  it('is settled from the moment of the decision', () => {
    const { delivery } = makeDelivery();
    expect(delivery.settled).toBe(false);
    void delivery.ack();
    expect(delivery.settled).toBe(true);
  });

  it('can be decided again after the decision failed', async () => {
    const { delivery, settlement } = makeDelivery(1, { ack: () => Promise.reject(new Error('away')) });
    await expect(delivery.ack()).rejects.toThrow('away');
    expect(delivery.settled).toBe(false);
    await delivery.retry(10);
    expect(settlement.retry).toHaveBeenCalledWith(10);
  });

  it('buries instead of retrying at the last delivery', async () => {
    const { delivery, settlement } = makeDelivery(3);
    await delivery.retry(10);
    expect(settlement.retry).not.toHaveBeenCalled();
    expect(settlement.bury).toHaveBeenCalledWith('Not settled in 3 deliveries');
  });
});
