/**
 * npm run replay -- <folder> [id…]: recorded answers of vendors, served by a vendor of their own dialect behind a running
 * gateway, and read by the official SDK of every dialect. Every client must read what the recording carries.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tollgate/testing/launcher';
import { GatewayProcess } from '@tollgate/testing/process';
import { FakeVendor, type VendorBehaviour } from '@tollgate/testing/vendor';
import { clients, type Ask } from './clients.ts';
import { differences } from './compare.ts';
import { DIALECTS, modelOf, readRecordings, VENDORS, type DialectName, type Recording } from './recording.ts';

const API_KEY = 'sk-tg-0123456789abcdef0123456789abcdef';
/** A stream goes out in pieces of this many characters, so that events are cut anywhere. */
const PIECE_LENGTH = 701;

async function main(): Promise<void> {
  const [folder, ...ids] = process.argv.slice(2);
  if (folder === undefined) throw new Error('Name a folder of recordings: npm run replay -- <folder> [id…]');
  const recordings = readRecordings(folder).filter(({ id }) => ids.length === 0 || ids.includes(id));
  const vendor = await FakeVendor.start({ kind: 'silent' });
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-replay-'));
  const port = await freePort();
  const gateway = await startGateway({ vendor, directory, port });
  try {
    const asks = clients({ address: `http://127.0.0.1:${port}`, apiKey: API_KEY });
    let failed = 0;
    for (const recording of recordings) failed += await replay(recording, { vendor, asks });
    process.stdout.write(`${recordings.length} recordings, ${failed} readings that differ\n`);
    process.exitCode = failed === 0 ? 0 : 1;
  } finally {
    await gateway.stop();
    await vendor.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @returns how many clients read something else */
async function replay(
  recording: Recording,
  { vendor, asks }: { vendor: FakeVendor; asks: Readonly<Record<DialectName, Ask>> },
): Promise<number> {
  vendor.respond(behaviour(recording));
  const clientsOfIt = recording.crossDialect ? DIALECTS : [recording.dialect];
  let failed = 0;
  for (const client of clientsOfIt) {
    const found = await readAs(asks[client], recording);
    if (found.length > 0) failed += 1;
    const verdict = found.length === 0 ? 'same' : found.join('; ');
    process.stdout.write(`${recording.id} → ${client}: ${verdict}\n`);
  }
  return failed;
}

async function readAs(ask: Ask, recording: Recording): Promise<string[]> {
  const { stream, status, expected } = recording;
  try {
    const read = await ask({ model: modelOf(recording), stream });
    return expected.error ? ['an answer instead of an error'] : differences(read, expected);
  } catch (error) {
    const { status: raised, message } = error as { status?: number; message: string };
    if (!expected.error) return [`an error: ${message}`];
    // An error within an answer has no status of its own.
    return status >= 400 && raised !== status ? [`status ${raised} instead of ${status}`] : [];
  }
}

function behaviour({ stream, status, body }: Recording): VendorBehaviour {
  if (!stream) return { kind: 'answer', status, body, headers: { 'content-type': 'application/json' } };
  return { kind: 'stream', events: body.match(new RegExp(`[^]{1,${PIECE_LENGTH}}`, 'gu')) ?? [] };
}

interface GatewayInput {
  readonly vendor: FakeVendor;
  readonly directory: string;
  readonly port: number;
}

async function startGateway({ vendor, directory, port }: GatewayInput): Promise<GatewayProcess> {
  const config = join(directory, 'tollgate.yaml');
  writeFileSync(config, JSON.stringify(declaration(vendor.baseUrl)));
  const gateway = GatewayProcess.start({
    script: 'apps/standalone/dist/main.js',
    environment: {
      TOLLGATE_DATA_DIR: join(directory, 'data'),
      TOLLGATE_PROXY_PORT: String(port),
      TOLLGATE_ADMIN_PORT: String(await freePort()),
      TOLLGATE_CONFIG: config,
      LOG_LEVEL: 'warn',
    },
  });
  await gateway.printed(/Ctrl-C stops it/);
  return gateway;
}

function declaration(baseUrl: string): object {
  return {
    version: 1,
    organizations: [{ name: 'replay', balance: '1000000.00' }],
    channels: VENDORS.map(({ provider, dialect }) => ({
      ...{ name: `${provider}-${dialect}`, provider, dialect, baseUrl },
      credentials: ['sk-upstream'],
      models: [modelOf({ provider, dialect })],
    })),
    prices: VENDORS.map((vendor) => ({ model: modelOf(vendor), input: '1.00', output: '1.00' })),
    keys: [{ name: 'replay', organization: 'replay', secret: API_KEY }],
    settings: { routing: { attemptsMax: 1 }, health: { enabled: false } },
  };
}

await main();
