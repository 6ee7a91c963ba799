/** What the units of a cap are: those used within the last minute, or those in use now. */
export type CapKind = 'minute' | 'gauge';

/** What a process knows of its need. */
export interface CapUse {
  readonly max: number;
  readonly used: number;
  /** There was no room for some of what came of late. */
  readonly wanting: boolean;
}

/** How shares of a kind of cap are kept. */
export interface CapRules {
  /** Units that a process takes of a cap before it has heard of its share. */
  readonly first: (max: number) => number;
  /** A grant counts for so long after its holder's last word. */
  readonly lapseMs: number;
  /** How often a process states that it uses nothing. */
  readonly idleIntervalMs: number;
  /** A new share is stated again and again for so long: all who begin together have an equal part soon. */
  readonly newMs: number;
  /** Who found the cap full is in want of more for so long. */
  readonly wantingMs: number;
  readonly needs: (use: CapUse) => number;
}

/** What a process takes of a cap of a minute before it has heard of its share: this part of it, at least one unit. */
const FIRST_PART = 50;
/** A cap of so much has a unit to spare for each process that has nothing to do. */
const IDLE_UNIT_FROM = 100;

export const CAP_RULES: Readonly<Record<CapKind, CapRules>> = {
  minute: {
    first: (max) => Math.ceil(max / FIRST_PART),
    // The holder may have used all of it with its last word: that is within a minute.
    lapseMs: 65_000,
    idleIntervalMs: 2_000,
    newMs: 0,
    wantingMs: 0,
    needs: ({ used }) => used,
  },
  gauge: {
    first: () => 0,
    // What is in use ends with its holder; one that lives but can't reach the store goes by itself before that.
    lapseMs: 10_000,
    idleIntervalMs: 750,
    newMs: 1_000,
    // A client that was told to come back does so after a second.
    wantingMs: 1_500,
    needs: needsAtOnce,
  },
};

/** Room for what comes and goes by chance, besides what is in use: about its standard deviation. */
function needsAtOnce({ max, used, wanting }: CapUse): number {
  if (wanting) return max;
  if (used === 0) return max >= IDLE_UNIT_FROM ? 1 : 0;
  return Math.min(max, used + Math.ceil(Math.sqrt(used)));
}
