import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chatVendor, FakeVendor } from '@tollgate/testing';
import { ProxyWorld } from '../test-support/proxy-world.js';

const USAGE = {
  ...{ prompt_tokens: 40, completion_tokens: 1_000 },
  completion_tokens_details: { reasoning_tokens: 800 },
};
const CHAT = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] };

/** Its start is all that is left of a request whose process was killed. */
describe('the estimate in the start of a request', () => {
  let world: ProxyWorld;
  let vendor: FakeVendor;

  beforeEach(async () => {
    vendor = await FakeVendor.start(chatVendor(['Hello'], USAGE));
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', vendor);
      await made.putPrice('gpt-4o', { input: '2.50', output: '10.00' });
    });
  });
  afterEach(async () => {
    await world.stop();
    await vendor.stop();
  });

  const estimate = () => world.journal.starts.at(-1)!.estimate;
  const experience = async (): Promise<void> => {
    for (let count = 0; count < 80; count += 1) await world.send(CHAT);
  };

  it('is an assumption at first, and then what the vendor usually counts, hidden thoughts included', async () => {
    await world.send(CHAT);
    expect(estimate().usage).toMatchObject({ output: 256, reasoning: 0 });
    await experience();
    const { input, output, reasoning } = estimate().usage;
    expect(Math.abs(input - 40)).toBeLessThanOrEqual(2);
    expect(Math.abs(output - 200)).toBeLessThanOrEqual(20);
    expect(Math.abs(reasoning - 800)).toBeLessThanOrEqual(60);
  });

  it('is no more than the request allows', async () => {
    await experience();
    await world.send({ ...CHAT, max_tokens: 30 });
    const { output, reasoning } = estimate().usage;
    expect(output + reasoning).toBe(30);
  });

  it('is never above what was set aside', async () => {
    await experience();
    world.admission.available = 4_000_000n;
    await world.send(CHAT);
    const held = world.admission.holds.at(-1)!;
    expect(held).toBe(4_000_000n);
    expect(BigInt(estimate().charge)).toBeLessThanOrEqual(held);
    expect(estimate().usage).toMatchObject({ output: 256, reasoning: 0 });
  });
});
