import { describe, expect, it } from '@jest/globals';
import { descendants, parseMachineBusyTicks, parseResidentKb, parseSchedstat, parseStat } from './proc.js';

const rest = '20 0 11 0 5000 1000000 5000 18446744073709551615 1 1 0 0 0 0 0';

describe('/proc, read', () => {
  it('finds parent and CPU time behind any name', () => {
    const text = `4711 (no) de (x y)) S 12 4711 4711 0 -1 4194304 100 0 0 0 250 30 7 8 ${rest}`;
    expect(parseStat(text)).toEqual({ pid: 4711, parent: 12, cpuTicks: 280 });
  });

  it('refuses what is no stat', () => {
    expect(() => parseStat('nothing here')).toThrow('Not the stat of a process');
    expect(() => parseSchedstat('')).toThrow('Not a schedstat');
    expect(() => parseMachineBusyTicks('intr 1 2')).toThrow('Not a /proc/stat');
  });

  it('reads CPU time to the nanosecond', () => {
    expect(parseSchedstat('6587187 120 1\n')).toBe(6_587_187);
  });

  it('reads resident memory, and none of a process that is gone', () => {
    expect(parseResidentKb('Name:\tnode\nVmHWM:\t  200 kB\nVmRSS:\t  104448 kB\nThreads:\t11\n')).toBe(
      104_448,
    );
    expect(parseResidentKb('Name:\tzombie\nState:\tZ (zombie)\n')).toBe(0);
  });

  it('counts what CPUs did, not what they waited', () => {
    expect(parseMachineBusyTicks('cpu  100 20 30 9999 888 4 5 777 0 0\ncpu0 1 2 3\n')).toBe(159);
  });

  it('follows children of children, wherever they stand in the list', () => {
    const processes = [
      { pid: 5, parent: 4, cpuTicks: 0 },
      { pid: 4, parent: 2, cpuTicks: 0 },
      { pid: 3, parent: 1, cpuTicks: 0 },
      { pid: 6, parent: 2, cpuTicks: 0 },
    ];
    expect(descendants(2, processes)).toEqual([2, 4, 6, 5]);
  });
});
