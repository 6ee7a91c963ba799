/**
 * Runs every test once under one Jest, on servers named by TEST_DATABASE_URL, TEST_NATS_URL and TEST_REDIS_URL
 * or, for those that are not set, on private ones. The last line says how many tests passed and failed.
 */
import { type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitStatus, startScript } from '../workspace/processes.mjs';
import { readTally, tallyLine } from './tally.ts';

const unitOnly = ['/node_modules/', '\\.medium\\.spec\\.ts$', '\\.e2e\\.spec\\.ts$'].map(
  (pattern) => `--testPathIgnorePatterns=${pattern}`,
);

const given = process.argv.slice(2);
const unit = given.includes('--unit');
const jestArguments = given.filter((argument) => argument !== '--unit');

const scratch = mkdtempSync(join(tmpdir(), 'tollgate-test-'));
let stopServers = async (): Promise<void> => undefined;
try {
  const servers = unit ? undefined : await (await import('./test-servers.ts')).startTestServers();
  stopServers = servers?.stop ?? stopServers;
  process.exitCode = await runJest({ ...process.env, ...servers?.environment });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await stopServers();
  rmSync(scratch, { recursive: true, force: true });
}

async function runJest(env: NodeJS.ProcessEnv): Promise<number> {
  const report = join(scratch, 'report.json');
  const jest = startScript(
    'node_modules/jest/bin/jest.js',
    [
      '--json',
      `--outputFile=${report}`,
      ...jestArguments,
      // Last: Jest takes every word after such an option for one more pattern.
      ...(unit ? unitOnly : []),
    ],
    { env, nodeOptions: ['--experimental-vm-modules', '--no-warnings'] },
  );
  stopOnSignals(jest);
  const status = await exitStatus(jest);
  const tally = readTally(report);
  process.stdout.write(`${tallyLine(tally)}\n`);
  return status === 0 && tally.failed > 0 ? 1 : status;
}

/** The servers are stopped after Jest, so this process lives on until then. */
function stopOnSignals(jest: ChildProcess): void {
  process.on('SIGINT', () => jest.kill('SIGTERM'));
  process.on('SIGTERM', () => jest.kill('SIGTERM'));
}
