import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../contract/eventually.js';
import { startTypeScript } from '../typescript-child.js';
import { isAlive } from './is-alive.js';

const PARENT = new URL('./__fixtures__/parent.ts', import.meta.url).href;

describe('a child process', () => {
  const parents: ChildProcess[] = [];
  afterEach(() => parents.splice(0).forEach((parent) => parent.kill('SIGKILL')));

  async function start(...args: string[]) {
    const parent = startTypeScript(PARENT, args);
    parents.push(parent);
    const [{ pid }] = (await once(parent, 'message')) as [{ pid: number }];
    return { parent, pid };
  }

  it('ends with its parent, also when that is killed', async () => {
    const { parent, pid } = await start();
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(() => !isAlive(pid), 'the end of the child', 20_000);
  });

  it('that ended before leaves its parent running', async () => {
    const { parent, pid } = await start('--end-child');
    await once(parent, 'message');
    expect(isAlive(pid)).toBe(false);
    expect(parent.exitCode).toBeNull();
  });
});
