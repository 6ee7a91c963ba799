import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { inRoot } from './paths.mjs';

const launched: ChildProcess[] = [];

/** Starts a command that hands over to a script which says what it heard, and waits until the script is ready. */
async function launch(): Promise<{ launcher: ChildProcess; output: Promise<string> }> {
  const launcher = spawn(process.execPath, [inRoot('tools/workspace/__fixtures__/launch.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  const { output, ready } = listen(launcher);
  await ready;
  return { launcher, output };
}

function listen(launcher: ChildProcess): { output: Promise<string>; ready: Promise<void> } {
  launched.push(launcher);
  const { stdout } = launcher;
  if (stdout === null) throw new Error('The launcher has no output.');
  let text = '';
  const ready = new Promise<void>((resolve) => {
    stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('ready')) resolve();
    });
  });
  // The script has the same pipe: it closes when both are gone.
  const output = once(stdout, 'close').then(() => text.replace('ready\n', '').trim());
  return { output, ready };
}

afterEach(() => launched.splice(0).forEach((launcher) => launcher.kill('SIGKILL')));

describe('handing over to a script', () => {
  it('delivers Ctrl-C once although the terminal and npm both send it', async () => {
    const { launcher, output } = await launch();
    launcher.kill('SIGINT');
    launcher.kill('SIGINT');
    expect(await output).toBe('heard SIGINT');
  });

  it('ends with the exit status of the script', async () => {
    const { launcher, output } = await launch();
    launcher.kill('SIGTERM');
    expect(await output).toBe('heard SIGTERM');
    expect(launcher.exitCode ?? (await once(launcher, 'exit'))[0]).toBe(7);
  });

  it('treats the closing of the terminal as a wish to stop', async () => {
    const { launcher, output } = await launch();
    launcher.kill('SIGHUP');
    expect(await output).toBe('heard SIGTERM');
  });

  it('stops the script when npm is killed', async () => {
    const npm = spawn(process.execPath, [inRoot('tools/workspace/__fixtures__/run-by-npm.mjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] },
    });
    const { output, ready } = listen(npm);
    await ready;
    npm.kill('SIGKILL');
    expect(await output).toBe('heard SIGTERM');
  });

  it('stops the script when the launcher is killed', async () => {
    const { launcher, output } = await launch();
    launcher.kill('SIGKILL');
    expect(await output).toBe('heard SIGTERM');
  });
});
