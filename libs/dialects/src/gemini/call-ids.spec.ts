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

  it('of a long conversation are found in little time, in whatever order', () => {
    const calls = new CallIds();
    const count = 100_000;
    const startedAt = performance.now();
    for (let at = 0; at < count; at += 1) calls.call(`f${at}`);
    for (let at = count - 1; at >= 0; at -= 1) expect(calls.result(`f${at}`)).toBe(`call_${at}_f${at}`);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
