/** What a process says of its part of a cap. */
export interface ShareStatement {
  /** Whose cap it is, the same in every process; e.g. `channel:<id>:rpm`. */
  readonly key: string;
  /** Units a minute, of all processes together. */
  readonly max: number;
  /** Units that the process used in the last minute. */
  readonly used: number;
  /** It holds itself to so many units a minute from now on, whatever becomes of the call; at least `used`. */
  readonly keep: number;
}

export interface Share {
  /** Units a minute that the process may use; at least what it keeps. */
  readonly granted: number;
  /** What it used, and its equal part of what nobody used: more than that is to be given up with the next statement. */
  readonly entitled: number;
}

/** A process that said nothing for so long is taken to be gone: what is free is divided among the others. */
export const SHARE_SILENT_MS = 15_000;
/** What a process was granted counts for so long after its last word: it may have used all of it at the end. */
export const SHARE_LIFETIME_MS = 65_000;

/**
 * Divides caps among processes so that the grants of a cap never add up to more than it: a process gets more only of what
 * no other has been granted, and what it gives up it has stopped using before it says so. What is granted is used within a
 * sliding minute, so that all processes together keep the cap, too.
 *
 * Not covered: a store that lost its data hears of a grant again with its holder's next statement; until then others may be
 * granted the same once more.
 */
export interface ShareStore {
  /**
   * @param leaving the process uses nothing more: it keeps what it used, and is granted nothing
   * @returns a share for each statement, in their order
   * @throws GatewayError `admission_unavailable`
   */
  state(holder: string, statements: readonly ShareStatement[], leaving?: boolean): Promise<readonly Share[]>;
}
