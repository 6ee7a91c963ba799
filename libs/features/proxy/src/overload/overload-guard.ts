import type { Clock } from '@tollgate/contracts';

/** Why a request is refused: the process is late, or holds as many requests or bytes of bodies as it may. */
export const OVERLOAD_REASONS = ['delay', 'in_flight', 'bodies'] as const;

export type OverloadReason = (typeof OVERLOAD_REASONS)[number];

/** How often `tick` is to be called. By what it comes later than that, the event loop is late. */
export const TICK_MS = 20;

export interface OverloadGuardOptions {
  readonly clock: Clock;
  /** Requests under way at one time. */
  readonly inFlightMax: number;
  /** Bytes of request bodies in memory at one time; a single one may be larger. */
  readonly bodiesBytesMax: number;
  /** How late the event loop may be, in milliseconds, before requests are refused; 0: never because of it. */
  readonly delayMaxMs: number;
}

/** With less under way nothing is refused because of delay: it is not requests then that keep the process from its work. */
const IN_FLIGHT_FREE = 64;
/** So many may come in at once after fewer came than could have. */
const ALLOWANCE_MAX = 64;

/** How many a request that ends makes room for: while the loop is late (the later, the fewer), in time, and while it rests. */
const ROOM_MIN = 0.8;
const ROOM_MAX = 1.1;
const ROOM_AT_REST = 2;
/** So much later than it may be, and nothing new would come in, were it not for `ROOM_MIN`. */
const DELAY_RANGE_MS = 100;
/** A loop that is busy for less of its time rests. */
const BUSY_MIN = 0.9;

/** Over what time the busy share and the rate of requests that end are means. */
const BUSY_WINDOW_MS = 100;
const RATE_WINDOW_MS = 1_000;
/** Nobody had to be refused for so long: over. */
const QUIET_MS = 1_000;

/**
 * Decides at the door whether a process can carry another request, by a few comparisons and without an allocation.
 *
 * What can be counted has a bound. What work requests will be nobody knows beforehand, so it is the process's own delay that
 * tells: once its event loop stays late for longer than `delayMaxMs`, requests come in as others end, a few less while it is
 * late, more as soon as it rests, until nobody has to be refused any more. So it carries what it can carry, however much is
 * asked of it. Requests under way are never touched, and those that wait for their vendor delay nothing.
 */
export class OverloadGuard {
  private inFlightCount = 0;
  private bodiesByteCount = 0;
  private isLimiting = false;
  /** Requests that may come in, while it limits. */
  private allowance = 0;
  private room = 1;
  private refused = false;
  private quietMs = 0;
  private tickedAt: number;
  private delayMs = 0;
  private busyShare = 0;
  private ended = 0;
  private endedPerMs = 0;

  constructor(private readonly options: OverloadGuardOptions) {
    this.tickedAt = options.clock.monotonic();
  }

  get inFlight(): number {
    return this.inFlightCount;
  }

  get bodiesBytes(): number {
    return this.bodiesByteCount;
  }

  /** The loop was late, and requests come in only as others end. */
  get limiting(): boolean {
    return this.isLimiting;
  }

  /**
   * `undefined`: it came in, and `leave` has to follow.
   *
   * @param bodyBytes what it says that its body will be; counted is what comes
   */
  enter(bodyBytes: number): OverloadReason | undefined {
    if (this.inFlightCount >= this.options.inFlightMax) return 'in_flight';
    if (!this.fits(bodyBytes)) return 'bodies';
    if (this.isLimiting && !this.isAllowed()) return 'delay';
    this.inFlightCount += 1;
    return undefined;
  }

  /** More came of a body. `false`: it is too much, and was not counted. */
  grow(bytes: number): boolean {
    if (!this.fits(bytes)) return false;
    this.bodiesByteCount += bytes;
    return true;
  }

  /** What `grow` counted is let go. */
  shrink(bytes: number): void {
    this.bodiesByteCount -= bytes;
  }

  leave(): void {
    this.inFlightCount -= 1;
    this.ended += 1;
    if (this.isLimiting && this.allowance < ALLOWANCE_MAX) this.allowance += this.room;
  }

  /**
   * To be called each `TICK_MS`, as punctually as the process can.
   *
   * @param busyShare of the time since the last one that the event loop did not wait, from 0 to 1
   * @param workedMs processor time of the event loop's thread since the last one
   */
  tick(busyShare: number, workedMs: number): void {
    const now = this.options.clock.monotonic();
    const elapsedMs = now - this.tickedAt;
    this.tickedAt = now;
    this.busyShare += weightOf(elapsedMs, BUSY_WINDOW_MS) * (busyShare - this.busyShare);
    // By its own work: what others on the machine take does not become less by refusing.
    const delayMs = Math.max(0, Math.min(elapsedMs, workedMs) - TICK_MS);
    // Once late is no overload: a collection of garbage, or a process that was stopped for a while.
    const standingMs = Math.min(delayMs, this.delayMs);
    this.delayMs = delayMs;
    if (elapsedMs > 0) {
      this.endedPerMs += weightOf(elapsedMs, RATE_WINDOW_MS) * (this.ended / elapsedMs - this.endedPerMs);
      this.ended = 0;
    }
    if (this.isLimiting) this.adjust(standingMs, elapsedMs);
    else if (this.options.delayMaxMs > 0 && standingMs > this.options.delayMaxMs) this.begin();
  }

  private begin(): void {
    this.isLimiting = true;
    this.room = 1;
    this.allowance = 0;
    this.quietMs = 0;
  }

  private adjust(standingMs: number, elapsedMs: number): void {
    const { delayMaxMs } = this.options;
    const rests = this.busyShare < BUSY_MIN;
    const late = 1 + (delayMaxMs - standingMs) / DELAY_RANGE_MS;
    this.room = rests ? ROOM_AT_REST : Math.min(ROOM_MAX, Math.max(ROOM_MIN, late));
    // Slow vendors end no request for a while, and the loop has nothing to do: as many come in as usually end.
    if (rests) this.allowance = Math.max(this.allowance, this.endedPerMs * elapsedMs);
    this.quietMs = this.refused || standingMs > delayMaxMs ? 0 : this.quietMs + elapsedMs;
    this.refused = false;
    this.isLimiting = this.quietMs < QUIET_MS;
  }

  private isAllowed(): boolean {
    if (this.inFlightCount < IN_FLIGHT_FREE) return true;
    if (this.allowance < 1) {
      this.refused = true;
      return false;
    }
    this.allowance -= 1;
    return true;
  }

  private fits(bytes: number): boolean {
    return this.bodiesByteCount === 0 || this.bodiesByteCount + bytes <= this.options.bodiesBytesMax;
  }
}

/** Of the newest value in a mean over a window of time. */
function weightOf(elapsedMs: number, windowMs: number): number {
  return Math.min(1, elapsedMs / windowMs);
}
