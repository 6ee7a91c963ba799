import { expect } from '@jest/globals';
import { systemClock } from '@tollgate/contracts';
import type { JournalEnd } from '@tollgate/metering';
import { chatStreamEvents, eventually, type VendorScript } from '@tollgate/testing';
import type { ProxyLimits } from '../src/proxy-service.js';
import { OPENING, USAGE } from './chat-ground.js';
import { ProxyWorld } from './proxy-world.js';

const MANY = chatStreamEvents(
  Array.from({ length: 400 }, (_, index) => ` word${index}`),
  USAGE,
);
/** The first events of a stream. */
export const BEGINNING = MANY.slice(0, 12);
/** Of which some hundred are more than anybody holds for a client that does not read. */
export const LARGE_EVENT = `data: {"choices":[{"delta":{"content":"${'x'.repeat(50_000)}"}}]}\n\n`;

/** A stream of words that goes on for seconds, and falls silent. */
export const ENDLESS: VendorScript = { kind: 'stream', events: MANY, intervalMs: 5, ending: 'silent' };

/** A stream that begins, and goes no further. */
export const begun = (ending: 'cut' | 'silent'): VendorScript => ({
  kind: 'stream',
  events: BEGINNING,
  intervalMs: 2,
  ending,
});

/** A request for a chat with the model of `pricedWorld`. */
export const chat = (stream: boolean): object => ({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Hi' }],
  ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
});

/** A proxy with one channel, whose requests cost something each. */
export function pricedWorld(
  vendor: Parameters<ProxyWorld['putChannel']>[1],
  limits: Partial<ProxyLimits> = {},
): Promise<ProxyWorld> {
  const prepare = async (made: ProxyWorld): Promise<void> => {
    await made.putChannel('c1', vendor);
    await made.putPrice('gpt-4o', { input: '2.50', output: '10.00', perCall: '0.001' });
  };
  return ProxyWorld.start(prepare, systemClock, limits);
}

/** Of the only request: one record and one settled hold, which agree. */
export async function theRecord(world: ProxyWorld): Promise<JournalEnd> {
  const { journal, admission, service } = world;
  await eventually(() => service.dataPlane.inFlight === 0, 'the end');
  expect([journal.starts.length, journal.ends.length, admission.settled.length]).toEqual([1, 1, 1]);
  const [end] = journal.ends;
  if (end === undefined) throw new Error('there is no record');
  expect(end.id).toBe(journal.starts[0]?.id);
  expect(admission.settled[0]).toBe(BigInt(end.charge));
  expect(admission.available).toBe(OPENING - BigInt(end.charge));
  return end;
}
