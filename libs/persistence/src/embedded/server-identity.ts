import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { embeddedFailure } from './embedded-failure.js';

/** As whom Postgres runs; `undefined` means: as this process. */
export interface ServerIdentity {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root. This is `nobody`, which every Unix has. */
const NOBODY: ServerIdentity = { uid: 65_534, gid: 65_534 };
const ROOT_UID = 0;

/** As root: the owner of the data directory, and `nobody` for a new one. */
export function chooseIdentity(dataDirectory: string): ServerIdentity | undefined {
  if (process.getuid?.() !== ROOT_UID) return undefined;
  if (!existsSync(dataDirectory)) return NOBODY;
  const { uid, gid } = statSync(dataDirectory);
  return uid === ROOT_UID ? NOBODY : { uid, gid };
}

/**
 * Checks that the identity may pass through each folder above the path.
 *
 * @throws GatewayError `service_unavailable` naming the folder that is closed to it
 */
export function assertReachable(
  path: string,
  identity: ServerIdentity | undefined,
  input: { readonly what: string },
): void {
  const closed = identity === undefined ? undefined : closedFolder(path, identity);
  if (identity === undefined || closed === undefined) return;
  throw embeddedFailure(
    `Started by root, Postgres runs as user ${String(identity.uid)}, which may not enter ${closed}, where ` +
      `${input.what} are: start Tollgate as an ordinary user, use another folder, or run "chmod o+x ${closed}".`,
  );
}

function closedFolder(path: string, identity: ServerIdentity): string | undefined {
  const folder = dirname(path);
  const above = folder === path ? undefined : closedFolder(folder, identity);
  if (above !== undefined || !existsSync(folder)) return above;
  return mayEnter(folder, identity) ? undefined : folder;
}

function mayEnter(folder: string, { uid, gid }: ServerIdentity): boolean {
  const status = statSync(folder);
  if (status.uid === uid) return (status.mode & 0o100) !== 0;
  if (status.gid === gid) return (status.mode & 0o010) !== 0;
  return (status.mode & 0o001) !== 0;
}
