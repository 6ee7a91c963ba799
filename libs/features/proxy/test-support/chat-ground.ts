import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { chatVendor, FakeVendor } from '@tollgate/testing';
import { ProxyWorld } from './proxy-world.js';

export const USAGE = { prompt_tokens: 20, completion_tokens: 10 };
/** 20 × 2.50 + 10 × 10.00 USD per 1M tokens. */
export const CHARGE = '150000';
/** What the organisation has to spend before a test, in nano-USD. */
export const OPENING = 1_000_000_000_000n;

/** A request for a chat with the model that the channel has. */
export function chat(more: object = {}): object {
  return { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], ...more };
}

export interface ChatGround {
  readonly world: ProxyWorld;
  /** Of the proxy's only channel. */
  readonly vendor: FakeVendor;
  /** Of no channel yet. */
  readonly second: FakeVendor;
}

/**
 * For each test of a `describe` a new proxy with one channel and one price.
 *
 * @param take given what was made, before each test
 */
export function useChatGround(take: (ground: ChatGround) => void): void {
  let vendor: FakeVendor;
  let second: FakeVendor;
  let world: ProxyWorld;

  beforeAll(async () => {
    vendor = await FakeVendor.start({ kind: 'silent' });
    second = await FakeVendor.start({ kind: 'silent' });
  });
  afterAll(() => Promise.all([vendor.stop(), second.stop()]));

  beforeEach(async () => {
    for (const fake of [vendor, second]) {
      fake.respond(chatVendor(['Hello', ' there'], USAGE));
      fake.requests.length = 0;
      fake.abortedCount = 0;
    }
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', vendor, { priority: 10 });
      await made.putPrice('gpt-4o', { input: '2.50', cacheRead: '1.25', output: '10.00' });
    });
    take({ world, vendor, second });
  });
  afterEach(() => world.stop());
}
