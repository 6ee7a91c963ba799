import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { inRoot, pinnedNode, root } from './paths.mjs';

/**
 * Runs a command with this terminal.
 *
 * @param {string} command
 * @param {string[]} commandArguments
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} its exit status; 128 + number if a signal ended it
 */
export function runToEnd(command, commandArguments, options = {}) {
  return exitStatus(spawn(command, commandArguments, { stdio: 'inherit', ...options }));
}

/**
 * Starts a script under the pinned Node, in such a way that it stops, gently, when this process is gone without a
 * word (kill -9): it sees the end of a pipe between them (follow-launcher.mjs).
 *
 * @param {string} script path inside the workspace
 * @param {string[]} scriptArguments
 * @param {{nodeOptions?: string[], env?: NodeJS.ProcessEnv, output?: 'inherit' | 'pipe', detached?: boolean}} [options]
 * @returns {import('node:child_process').ChildProcess}
 */
export function startScript(script, scriptArguments, options = {}) {
  const { nodeOptions = [], env = process.env, output = 'inherit', detached = false } = options;
  const follow = ['--import', inRoot('tools', 'workspace', 'follow-launcher.mjs')];
  const child = spawn(pinnedNode, [...follow, ...nodeOptions, inRoot(script), ...scriptArguments], {
    stdio: ['inherit', output, output, 'pipe'],
    cwd: root,
    detached,
    env: { ...env, TOLLGATE_LAUNCHER_PIPE: '3' },
  });
  child.stdio[3]?.on('error', () => undefined); // the script ended first
  return child;
}

/**
 * Goes on as a script under the pinned Node: same terminal, same exit status, each signal delivered once.
 *
 * Ctrl-C reaches every process of the terminal's group, and npm passes its own copy on as well: a program that
 * takes the second one for "stop at once" would never stop gently. So the script runs in a session of its own
 * and hears signals from here alone, copies removed.
 *
 * @param {string} script path inside the workspace
 * @param {string[]} scriptArguments
 * @param {{nodeOptions?: string[]}} [options]
 * @returns {Promise<number>} the exit status
 */
export function handOver(script, scriptArguments, { nodeOptions = [] } = {}) {
  const child = startScript(script, scriptArguments, { nodeOptions, detached: true });
  passSignalsOn(child);
  stopWithNpm(child);
  return exitStatus(child);
}

/** Two signals within this time are copies of one; a person's second Ctrl-C comes later. */
const copyWithinMs = 500;

/** @param {import('node:child_process').ChildProcess} child */
function passSignalsOn(child) {
  const lastAt = new Map();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      const isCopy = performance.now() - (lastAt.get(signal) ?? -Infinity) < copyWithinMs;
      lastAt.set(signal, performance.now());
      if (!isCopy) child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    });
  }
}

/**
 * npm killed with -9 tells nobody: its orphan notices that its parent changed. (The scripts of package.json say `exec`,
 * so that no shell stands between the two.)
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 250).unref();
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>} 128 + number if a signal ended it
 */
export function exitStatus(child) {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`Could not run ${child.spawnfile}: ${cause.message}`)));
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
