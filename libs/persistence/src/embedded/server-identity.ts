import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { embeddedFailure } from './embedded-failure.js';

/** As whom Postgres runs; `undefined` means: as this process. */
export interface ServerIdentity {
  readonly uid: number;
  readonly gid: number;
}

/** A program and its arguments, with what makes it run as the identity. */
export interface CommandAs {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly options: { readonly uid?: number; readonly gid?: number };
}

/** Runs a program as the server's identity. */
export type RunAs = (executable: string, parameters: readonly string[]) => CommandAs;

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
 * How to run a program of Postgres as the identity.
 *
 * A root user's own folders are often closed to everybody else (`/root`, `mktemp -d`). Then `setpriv` drops to the
 * identity and leaves it one privilege, to read and pass through such folders: less than root, and enough.
 *
 * @param paths what the identity has to reach: its data, its binaries
 * @throws GatewayError `service_unavailable` naming the folder that is closed to it, where there is no `setpriv`
 */
export function runAs(
  identity: ServerIdentity | undefined,
  paths: readonly string[],
  setpriv: string | null = findSetpriv(),
): RunAs {
  const closed =
    identity === undefined
      ? undefined
      : paths.map((path) => closedFolder(path, identity)).find((folder) => folder !== undefined);
  if (identity === undefined || closed === undefined) {
    return (executable, parameters) => ({ executable, arguments: parameters, options: { ...identity } });
  }
  if (setpriv === null) throw unreachable(closed, identity);
  const { uid, gid } = identity;
  const privileges = [
    ...['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'],
    // Without it access(2), by which initdb looks for its server, does not count the privilege.
    '--securebits=+no_setuid_fixup',
  ];
  const user = [`--reuid=${String(uid)}`, `--regid=${String(gid)}`, '--clear-groups'];
  return (executable, parameters) => ({
    executable: setpriv,
    arguments: [...user, ...privileges, executable, ...parameters],
    options: {},
  });
}

function findSetpriv(): string | null {
  return ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path)) ?? null;
}

function unreachable(closed: string, { uid }: ServerIdentity): Error {
  return embeddedFailure(
    `Started by root, Postgres runs as user ${String(uid)}, which may not enter ${closed}: start Tollgate as an ` +
      `ordinary user, use another folder, run "chmod o+x ${closed}", or install setpriv (Debian: util-linux).`,
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
