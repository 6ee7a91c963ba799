import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const BIN = new URL('../bin/tollgate.mjs', import.meta.url).pathname;

describe('bin/tollgate.mjs', () => {
  let root: string;
  let bin: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tollgate-bin-'));
    bin = join(root, 'apps/cli/bin/tollgate.mjs');
    cpSync(BIN, bin);
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('says in one line what to do when nothing is built', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'apply'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`tollgate: not built yet: run "npm run build" in ${root}/ first.\n`);
  });

  it('runs what is built', () => {
    mkdirSync(join(root, 'apps/cli/dist'));
    writeFileSync(join(root, 'apps/cli/package.json'), '{"type":"module"}');
    writeFileSync(join(root, 'apps/cli/dist/main.js'), 'process.exitCode = process.argv.length;');
    expect(spawnSync(process.execPath, [bin, 'a', 'b']).status).toBe(4);
  });
});
