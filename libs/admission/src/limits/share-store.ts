/** What a process says of its part of a cap. */
export interface ShareStatement {
  /** Whose cap it is, the same in every process; e.g. `channel:<id>:rpm`. */
  readonly key: string;
  /** Units of all processes together. */
  readonly max: number;
  /** Units that the process has need of: what it used, and what it would use besides if it had it; at most `max`. */
  readonly needs: number;
  /** It holds itself to so many units from now on, whatever becomes of the call; at least what it used. */
  readonly keep: number;
  /** What it was granted counts for so long after its last word; the same in every process. */
  readonly lapseMs: number;
}

export interface Share {
  /** Units that the process may use; at least what it keeps. */
  readonly granted: number;
  /** What is due to it: more than that is to be given up. */
  readonly entitled: number;
}

/** A process that said nothing for this part of `lapseMs` is taken to be gone: what is free is divided among the others. */
export const SHARE_SILENT_PART = 4;
/** A unit that can't be divided goes from one to another, to each for so long. */
export const SHARE_TURN_MS = 1_000;

/**
 * Divides caps among processes so that the grants of a cap never add up to more than it: a process gets more only of what
 * no other has been granted, and what it gives up it has stopped using before it says so. So all processes together keep
 * the cap, too.
 *
 * Due to a process is what it has need of and an equal part of what nobody has need of. Where all together have need of
 * more than the cap, whoever has need of less than an equal part is due that, and the others divide what is left.
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
