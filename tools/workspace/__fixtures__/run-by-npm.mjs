/** What npm is to a command: its parent, gone without a word when it is killed. */
import { spawn } from 'node:child_process';
import { inRoot } from '../paths.mjs';

spawn(process.execPath, [inRoot('tools', 'workspace', '__fixtures__', 'launch.mjs')], {
  stdio: 'inherit',
  env: { ...process.env, npm_lifecycle_event: 'start' },
});
