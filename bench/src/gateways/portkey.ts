import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@tollgate/testing/launcher';
import { inRoot } from '../../../tools/workspace/paths.mjs';
import { runToEnd } from '../../../tools/workspace/processes.mjs';
import { ServerProcess } from '../process/server-process.ts';
import { type Gateway, type GatewayContext, type SkippedGateway } from './gateway.ts';

const FOLDER = 'bench/.cache/portkey';
const PACKAGE = `${FOLDER}/node_modules/@portkey-ai/gateway`;

/**
 * The peer on the same runtime, installed when it is wanted, from a lock file of its own: with the newest versions that
 * its package.json allows, it answers streams with 500 (bench/README.md).
 */
export async function startPortkey({
  vendorPort,
  nodeOptions,
}: GatewayContext): Promise<Gateway | SkippedGateway> {
  if (!(await installed())) return { skipped: '@portkey-ai/gateway can not be installed (is npm online?)' };
  const { version } = JSON.parse(readFileSync(inRoot(PACKAGE, 'package.json'), 'utf8')) as {
    version: string;
  };
  const port = await freePort();
  const server = new ServerProcess({
    name: 'Portkey',
    script: `${PACKAGE}/build/start-server.js`,
    args: [`--port=${port}`, '--headless'],
    nodeOptions,
  });
  server.start();
  return {
    name: 'portkey',
    title: `@portkey-ai/gateway ${version}`,
    port,
    headers: [
      'Authorization: Bearer sk-any',
      'x-portkey-provider: openai',
      `x-portkey-custom-host: http://127.0.0.1:${vendorPort}/v1`,
    ],
    server,
    close: async () => undefined,
  };
}

async function installed(): Promise<boolean> {
  const wanted = readFileSync(inRoot('bench/peers/portkey/package-lock.json'), 'utf8');
  const mark = inRoot(FOLDER, 'package-lock.json');
  if (existsSync(inRoot(PACKAGE)) && existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return true;
  process.stdout.write('Installing @portkey-ai/gateway into bench/.cache …\n');
  rmSync(inRoot(FOLDER), { recursive: true, force: true });
  mkdirSync(inRoot(FOLDER), { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    cpSync(inRoot('bench/peers/portkey', file), join(inRoot(FOLDER), file));
  }
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const status = await runToEnd('npm', ['ci', ...flags], { cwd: inRoot(FOLDER) });
  if (status !== 0) rmSync(inRoot(FOLDER), { recursive: true, force: true });
  return status === 0;
}
