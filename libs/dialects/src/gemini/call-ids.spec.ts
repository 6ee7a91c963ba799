import { describe, expect, it } from '@jest/globals';
import { CallIds } from './decode-contents.js';

describe('ids of calls that have none', () => {
  it('are found by name, in the order of the calls, or by the id where there is one', () => {
    const calls = new CallIds();
    const first = calls.call('f');
    const second = calls.call('f');
    calls.call('f', 'given');
    expect(calls.result('f', 'given')).toBe('given');
    expect([calls.result('f'), calls.result('f')]).toEqual([first, second]);
    expect(calls.result('f')).toBe('call_f');
    expect(calls.result('f', 'unknown')).toBe('unknown');
  });

  it('of a long conversation are found in whatever order, each without a look at the others', () => {
    const calls = new CallIds();
    // Looking through the others would take minutes.
    const numbers = Array.from({ length: 200_000 }, (_, at) => at);
    for (const at of numbers) calls.call(`f${at}`);
    const found = numbers.toReversed().map((at) => calls.result(`f${at}`));
    expect(found).toEqual(numbers.toReversed().map((at) => `call_${at}_f${at}`));
  });
});
