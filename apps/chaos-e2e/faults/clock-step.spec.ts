import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const PRELOAD = new URL('./clock-step.mjs', import.meta.url).href;
const HOUR_MS = 3_600_000;
/** Says at each line that it reads what its clocks show. */
const PROGRAM = `
  process.stdin.on('data', () =>
    console.log(JSON.stringify([Date.now(), new Date().getTime(), new Date(5).getTime()])));
  console.log('ready');
`;

describe('the wall clock of a process that loads the clock step', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-clock-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('is right until it is stepped, and then as wrong as it is told', async () => {
    const file = join(folder, 'clock');
    const child = spawn(process.execPath, ['--import', PRELOAD, '-e', PROGRAM], {
      env: { TOLLGATE_CHAOS_CLOCK: file },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const read = async (): Promise<number[]> => {
      child.stdin.write('\n');
      return JSON.parse((await lines.next()).value ?? '[]') as number[];
    };
    try {
      await lines.next();
      expect(hoursWrong(await read())).toEqual([0, 0]);
      writeFileSync(file, String(-2 * HOUR_MS));
      child.kill('SIGUSR2');
      let shown = await read();
      while (hoursWrong(shown)[0] === 0) shown = await read();
      expect(hoursWrong(shown)).toEqual([-2, -2]);
      expect(shown[2]).toBe(5);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
});

function hoursWrong([now = 0, made = 0]: readonly number[]): number[] {
  return [now, made].map((time) => Math.round((time - Date.now()) / HOUR_MS) + 0);
}
