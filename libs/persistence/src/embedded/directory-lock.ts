import { DatabaseSync } from 'node:sqlite';
import { messageOf, property } from '../thrown.js';
import { embeddedFailure } from './embedded-failure.js';

/** Held for as long as a process works with a data directory. The system takes it back when the process ends. */
export interface DirectoryLock {
  release(): void;
}

const SQLITE_BUSY = 5;
/** Longer than somebody who was refused takes to read the owner's number. */
const BUSY_TIMEOUT_MS = 200;

/**
 * Takes the data directory for this process. A file with a process number alone can't tell a living owner from a
 * number used again, and two starters can both find it stale; a lock that the kernel holds can't be left behind by
 * `kill -9`. Node offers one through SQLite only: the file beside the directory is a database whose write lock we keep.
 *
 * @throws GatewayError `service_unavailable` when another process has it, or the file can't be written
 */
export function lockDirectory(dataDirectory: string): DirectoryLock {
  const file = `${dataDirectory}.lock`;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    database.exec('begin immediate');
    // For the message to whoever comes second.
    database.exec(`pragma user_version = ${String(process.pid)}; commit; begin immediate`);
  } catch (error) {
    const refusal = describeRefusal(error, dataDirectory, database);
    database?.close();
    throw refusal;
  }
  const held = database;
  return {
    release: () => {
      if (held.isOpen) held.close();
    },
  };
}

function describeRefusal(error: unknown, dataDirectory: string, database: DatabaseSync | undefined): Error {
  if (database === undefined || property(error, 'errcode') !== SQLITE_BUSY) {
    const reason = messageOf(error);
    return embeddedFailure(
      `The lock file ${dataDirectory}.lock can't be used (${reason}): make its folder writable, or use another one.`,
      error,
    );
  }
  return embeddedFailure(
    `The data directory ${dataDirectory} is in use by ${ownerOf(database)}: stop that one, or use another directory.`,
    error,
  );
}

function ownerOf(database: DatabaseSync): string {
  try {
    const pid = database.prepare('pragma user_version').get()?.['user_version'];
    return typeof pid === 'number' && pid > 0 ? `process ${String(pid)}` : 'another process';
  } catch {
    // The owner is just writing its number.
    return 'another process';
  }
}
