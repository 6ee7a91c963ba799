import { CAP_RULES, type CapKind, type CapRules } from './cap-kind.js';
import type { Share, ShareStatement } from './share-store.js';

/** Where a process counts what it uses of a cap, and is held to its share. Times are monotonic milliseconds. */
export interface CapCounter {
  /** Units of the last minute, or in use now. */
  used(now: number): number;
  /** Whether somebody found it full since this was asked last. */
  takePressed(): boolean;
  /** Units; `undefined`: the whole cap. */
  holdTo(share: number | undefined): void;
}

/** A cap of which each process may use a share. */
export interface SharedCap {
  /** The same in every process. */
  readonly key: string;
  readonly kind: CapKind;
  /** Units of all processes together. */
  readonly max: number;
  /** Stays the same object for as long as the cap exists. */
  readonly counter: CapCounter;
}

const STATE_INTERVAL_MS = 1_000;
/** A store that is silent for longer is away: each process counts alone against the whole cap. */
const STALE_MS = 5_000;

/** One process's share of one cap. Times are monotonic milliseconds. */
export class CapHolding {
  private readonly rules: CapRules;
  private granted: number;
  private entitled: number;
  private pressedAt = -Infinity;
  private statedAt = -Infinity;
  private statedWanting = false;
  /** When it was stated what was answered last; `undefined`: nothing was. */
  private heardAt: number | undefined;
  /** The store is away: it is held to no share. */
  private alone = false;

  constructor(
    private cap: SharedCap,
    private readonly since: number,
  ) {
    this.rules = CAP_RULES[cap.kind];
    this.granted = this.rules.first(cap.max);
    this.entitled = this.granted;
    cap.counter.holdTo(this.granted);
  }

  /** Another maximum is to be stated at once. */
  change(cap: SharedCap): void {
    if (cap.max !== this.cap.max) this.statedAt = -Infinity;
    this.cap = cap;
  }

  isDue(now: number): boolean {
    const { max, counter } = this.cap;
    const used = counter.used(now);
    const pressed = counter.takePressed();
    if (pressed) this.pressedAt = now;
    if (pressed || this.givesUp(now) || now - this.since < this.rules.newMs) return true;
    const wanting = this.isWanting(used, now);
    const nearlyFull = used * 5 >= this.granted * 4 && used > 0;
    if ((wanting || nearlyFull) && this.granted < max) return true;
    if (this.statedWanting && !wanting) return true;
    return now - this.statedAt >= (used === 0 ? this.rules.idleIntervalMs : STATE_INTERVAL_MS);
  }

  /** There is something that it has no right to and does not use: others may be in want of it. */
  givesUp(now: number): boolean {
    const { granted } = this;
    return !this.alone && granted > this.most && this.cap.counter.used(now) < granted;
  }

  /** What is given up is not used any more before the store hears of it. */
  statement(now: number): ShareStatement {
    const { key, max, counter } = this.cap;
    const used = counter.used(now);
    const wanting = this.isWanting(used, now);
    this.statedAt = now;
    this.statedWanting = wanting;
    if (!wanting) this.pressedAt = -Infinity;
    const most = this.hasLapsed(now) ? used : this.most;
    if (!this.alone) counter.holdTo(most);
    const keep = this.alone ? used : Math.max(used, most);
    return { key, max, needs: this.rules.needs({ max, used, wanting }), keep, lapseMs: this.rules.lapseMs };
  }

  /** With nothing more to come. */
  lastStatement(now: number): ShareStatement {
    const { key, max, counter } = this.cap;
    const used = counter.used(now);
    return { key, max, needs: used, keep: used, lapseMs: this.rules.lapseMs };
  }

  /** The answer to its last statement. */
  take({ granted, entitled }: Share): void {
    this.granted = granted;
    this.entitled = entitled;
    this.heardAt = this.statedAt;
    this.alone = false;
    this.cap.counter.holdTo(this.most);
  }

  /** The store did not answer. */
  doubt(now: number): void {
    if (this.heardAt !== undefined && now - this.heardAt < STALE_MS) return;
    this.alone = true;
    this.cap.counter.holdTo(undefined);
  }

  private get most(): number {
    return Math.min(this.granted, this.entitled, this.cap.max);
  }

  /** A process that stood still must not believe in what others may have by now. */
  private hasLapsed(now: number): boolean {
    return this.heardAt !== undefined && now - this.heardAt >= this.rules.lapseMs - STALE_MS;
  }

  /** Whose requests went elsewhere leaves most of its share unused, and wants no more of it. */
  private isWanting(used: number, now: number): boolean {
    return now - this.pressedAt < this.rules.wantingMs && used * 2 >= this.granted - 1;
  }
}
