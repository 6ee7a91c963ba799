import { execFile } from 'node:child_process';
import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { World } from '../world.js';
import { hold, type Faults } from './fault.js';

const run = promisify(execFile);

const PROXY = 'proxy-2';
const DISK_BYTES = 4 * 2 ** 20;
const PIECE_BYTES = 2 ** 12;

/**
 * The disk of a proxy's journal runs full under traffic, and has room again after a while. The proxy is moved to a small
 * disk in memory for that, and stays there.
 */
async function journalDiskFull(world: World, holdMs: number): Promise<string | void> {
  const { gateway } = world;
  const directory = gateway.dataDirectory(PROXY);
  if (!world.mounts.includes(directory)) {
    await gateway.process(PROXY).stop();
    const failure = await mount(directory);
    await gateway.restart(PROXY);
    if (failure !== undefined) return failure;
    world.mounts.push(directory);
  }
  const filler = join(directory, 'filler');
  await fill(filler);
  await hold(holdMs);
  await rm(filler);
}

/** @returns why it can't be done here */
async function mount(directory: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can mount a small disk';
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tollgate-chaos', directory]);
    return undefined;
  } catch {
    return 'a small disk can not be mounted here';
  }
}

/** Tries it on a folder of its own. `undefined`: the fault can be played on this machine. */
export async function whyNoSmallDisk(): Promise<string | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-disk-'));
  const failure = await mount(directory);
  if (failure === undefined) await unmount(directory);
  await rmdir(directory);
  return failure;
}

/** After the process that uses it was stopped. */
export async function unmount(directory: string): Promise<void> {
  await run('umount', [directory]);
}

async function fill(path: string): Promise<void> {
  const piece = Buffer.alloc(PIECE_BYTES);
  try {
    for (;;) await writeFile(path, piece, { flag: 'a' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

export const DISK_FAULTS: Faults = { "disk of proxy-2's journal full": journalDiskFull };
