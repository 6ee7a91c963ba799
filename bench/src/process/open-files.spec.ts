import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { allowOpenFiles, parseOpenFilesMax } from './open-files.js';

describe('open files of a process', () => {
  it('are bounded by its soft limit', () => {
    const limits = (soft: string): string =>
      `Limit                     Soft Limit           Hard Limit           Units\nMax processes             5        6         processes\nMax open files            ${soft}                 524288               files\n`;
    expect(parseOpenFilesMax(limits('1024'))).toBe(1_024);
    expect(parseOpenFilesMax(limits('unlimited'))).toBe(Infinity);
    expect(() => parseOpenFilesMax('')).toThrow('Not the limits of a process.');
  });

  it('are as many as they are when that is enough', () => {
    const before = parseOpenFilesMax(readFileSync('/proc/self/limits', 'utf8'));
    expect(allowOpenFiles([process.pid], 10)).toBe(10);
    expect(parseOpenFilesMax(readFileSync('/proc/self/limits', 'utf8'))).toBe(before);
  });

  it('are none where a process is gone', () => {
    expect(allowOpenFiles([process.pid, 2 ** 30], 10)).toBe(0);
  });
});
