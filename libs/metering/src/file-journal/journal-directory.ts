import { mkdirSync } from 'node:fs';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalId } from '@tollgate/contracts';
import { formatOwner, ownerState, parseOwner, type Owner } from './owner.js';
import type { SilenceWatch } from './silence-watch.js';
import { isSystemError } from './system-error.js';

const NAME = /^([A-Za-z0-9-]+)@([a-z0-9.]+)$/;
/** Given up by its owner in good order, with something left to do. */
const RELEASED = 'released';
/** Not all of it could be read; kept for a person to look at. */
const DAMAGED = 'damaged';

/**
 * The directory of one journal, `<journalId>@<owner>`, held by this process. It changes hands by a rename from one
 * owner's name to the next one's, which succeeds for one of several contenders only.
 */
export class JournalDirectory {
  #path: string;

  private constructor(
    private readonly parent: string,
    readonly journalId: JournalId,
    name: string,
  ) {
    this.#path = join(parent, name);
  }

  get path(): string {
    return this.#path;
  }

  static create(parent: string, journalId: JournalId, owner: Owner): JournalDirectory {
    const directory = new JournalDirectory(parent, journalId, `${journalId}@${formatOwner(owner)}`);
    mkdirSync(directory.path);
    return directory;
  }

  /**
   * The journals under `parent` whose owner is dead or gave them up, as they are now: others may claim them too.
   *
   * @param silence an owner that can't be seen counts as dead after it was silent for long
   */
  static async orphans(parent: string, observer: Owner, silence: SilenceWatch): Promise<JournalDirectory[]> {
    const orphans: JournalDirectory[] = [];
    const names = await readdir(parent);
    silence.retain(new Set(names));
    for (const name of names) {
      const [, journalId, holder] = NAME.exec(name) ?? [];
      if (journalId === undefined || holder === undefined) continue;
      const state = holderState(holder, observer);
      if (state === 'alive' || (state === 'unknown' && !(await isSilent(parent, name, silence)))) continue;
      orphans.push(new JournalDirectory(parent, journalId as JournalId, name));
    }
    return orphans;
  }

  /** Takes it over. `false`: someone else was quicker. Rejects when the file system refuses. */
  async claim(owner: Owner): Promise<boolean> {
    // A sign of life first: those who can't see this process judge by it.
    return (await this.heartbeat()) && this.#rename(formatOwner(owner));
  }

  /** Shows that this process still lives and holds the journal. `false`: the directory is gone. */
  async heartbeat(): Promise<boolean> {
    const now = new Date();
    return utimes(this.#path, now, now).then(
      () => true,
      (error: unknown) => !isSystemError(error, 'ENOENT'),
    );
  }

  /** Whoever looks next may adopt it, this process too. */
  async release(): Promise<void> {
    await this.#rename(RELEASED);
  }

  async setAside(): Promise<void> {
    await this.#rename(DAMAGED);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }

  async #rename(holder: string): Promise<boolean> {
    const path = join(this.parent, `${this.journalId}@${holder}`);
    try {
      await rename(this.#path, path);
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return false;
      throw error;
    }
    this.#path = path;
    return true;
  }
}

/** What is known of who holds a journal; `alive` for what is nobody's to take. */
function holderState(holder: string, observer: Owner): ReturnType<typeof ownerState> {
  if (holder === RELEASED) return 'dead';
  const owner = parseOwner(holder);
  return owner === undefined ? 'alive' : ownerState(owner, observer);
}

async function isSilent(parent: string, name: string, silence: SilenceWatch): Promise<boolean> {
  return stat(join(parent, name)).then(
    ({ mtimeMs }) => silence.isSilent(name, mtimeMs),
    // Taken by another meanwhile.
    () => false,
  );
}
