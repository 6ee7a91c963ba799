import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { currentOwner, formatOwner, ownerState, parseOwner } from './owner.js';

describe('the owner of a journal', () => {
  const self = currentOwner();

  it('is written so that it can be part of a file name, and read back', () => {
    expect(formatOwner(self)).toMatch(/^[0-9a-f]{12}\.\d+\.\d+$/);
    expect(parseOwner(formatOwner(self))).toEqual(self);
  });

  it.each(['', 'released', 'damaged', 'abc.1.2', '0123456789ab.x.1'])('is not read out of %j', (text) => {
    expect(parseOwner(text)).toBeUndefined();
  });

  it('is alive as long as its process runs', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const { pid } = child;
    if (pid === undefined) throw new Error('The child did not start.');
    const owner = { ...self, processId: pid, startTicks: 0 };
    expect(ownerState(owner, self)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(ownerState(owner, self)).toBe('dead');
  });

  it('is dead when another process has its number since', () => {
    expect(ownerState(self, self)).toBe('alive');
    expect(ownerState({ ...self, startTicks: self.startTicks + 1 }, self)).toBe('dead');
  });

  it('is unknown on another host, in another container, before another boot', () => {
    expect(ownerState({ ...self, place: '0123456789ab' }, self)).toBe('unknown');
  });
});
