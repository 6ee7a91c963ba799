/**
 * Runs every test once under one Jest, on servers named by TEST_DATABASE_URL, TEST_NATS_URL and TEST_REDIS_URL
 * or, for those that are not set, on private ones. The last line says how many tests passed and failed.
 */
import { type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitStatus, startScript } from '../workspace/processes.mjs';
import { readTally, tallyLine } from './tally.ts';

const unitOnly = ['/node_modules/', '\\.medium\\.spec\\.ts$', '\\.e2e\\.spec\\.ts$'].map(
  (pattern) => `--testPathIgnorePatterns=${pattern}`,
);

const exitTimeoutSeconds = 15;

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
  const status = await statusOf(jest, report);
  const tally = readTally(report);
  process.stdout.write(`${tallyLine(tally)}\n`);
  return status === 0 && tally.failed > 0 ? 1 : status;
}

/** Jest writes its report at the end, but lives on as long as a test left something open; that is not waited for. */
async function statusOf(jest: ChildProcess, report: string): Promise<number> {
  let waited = 0;
  const watch = setInterval(() => {
    if (!existsSync(report)) return;
    waited += 1;
    if (waited <= exitTimeoutSeconds) return;
    process.stderr.write('Jest did not end: a test has left a connection, timer or process behind.\n');
    jest.kill('SIGKILL');
  }, 1_000);
  try {
    return await exitStatus(jest);
  } finally {
    clearInterval(watch);
  }
}

/** The servers are stopped after Jest, so this process lives on until then. */
function stopOnSignals(jest: ChildProcess): void {
  process.on('SIGINT', () => jest.kill('SIGTERM'));
  process.on('SIGTERM', () => jest.kill('SIGTERM'));
}
