import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { inRoot, pinnedNode } from './paths.mjs';

/**
 * Runs a command with this terminal.
 *
 * @param {string} command
 * @param {string[]} commandArguments
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} its exit status; 128 + number if a signal ended it
 */
export function runToEnd(command, commandArguments, options = {}) {
  return endOf(spawn(command, commandArguments, { stdio: 'inherit', ...options }), command);
}

/**
 * Goes on as a script under the pinned Node: same terminal, same exit status, each signal delivered once.
 *
 * Ctrl-C reaches every process of the terminal's group, and npm passes its own copy on as well: a program that
 * takes the second one for "stop at once" would never stop gently. So the script runs in a session of its own
 * and hears signals from here alone, copies removed. A kill -9 cannot be passed on; the script sees
 * the pipe close instead (follow-launcher.mjs).
 *
 * @param {string} script path inside the workspace
 * @param {string[]} scriptArguments
 * @param {{nodeOptions?: string[], env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<number>} the exit status
 */
export function handOver(script, scriptArguments, { nodeOptions = [], env = {} } = {}) {
  const follow = ['--import', inRoot('tools', 'workspace', 'follow-launcher.mjs')];
  const child = spawn(pinnedNode, [...follow, ...nodeOptions, inRoot(script), ...scriptArguments], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    detached: true,
    env: { ...process.env, ...env, TOLLGATE_LAUNCHER_PIPE: '3' },
  });
  child.stdio[3]?.on('error', () => undefined); // the script ended first
  passSignalsOn(child);
  stopWithNpm(child);
  return endOf(child, pinnedNode);
}

/** Two signals within this time are copies of one; a person's second Ctrl-C comes later. */
const copyWithinMs = 500;

function passSignalsOn(child) {
  const lastAt = new Map();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const isCopy = performance.now() - (lastAt.get(signal) ?? -Infinity) < copyWithinMs;
      lastAt.set(signal, performance.now());
      if (!isCopy) child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    });
  }
}

/** npm killed with -9 tells nobody: its orphan notices that its parent changed. */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, 250).unref();
}

function endOf(child, command) {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`Could not run ${command}: ${cause.message}`)));
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
