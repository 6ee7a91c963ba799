import { ManualClock } from '@tollgate/testing';
import { OverloadGuard, TICK_MS, type OverloadGuardOptions } from '../src/overload/overload-guard.js';

export interface Load {
  /** As a multiple of what the process can do. */
  readonly offered: number;
  /** From the end of a request to the beginning of its answer. */
  readonly vendorMs: number;
  /** How long an answer goes on, an event each 50 ms; default: it is one piece. */
  readonly streamMs?: number;
}

export interface Outcome {
  /** Requests served, as a share of what the process can do at best. */
  readonly goodput: number;
  /** Requests refused, as a share of the same. */
  readonly refused: number;
  /** The longest turn of the loop. */
  readonly turnMsMax: number;
}

/** Milliseconds of work. */
const REQUEST_MS = 0.05;
const ANSWER_MS = 0.085;
const EVENT_MS = 0.02;
const EVENT_GAP_MS = 50;
/** Of a turn in which nothing is to be done. */
const WAIT_MS = 0.5;
/** Events of one stream that came in one turn are read at once. */
const EVENTS_READ_MAX = 1.5;

/** The event loop of a proxy, in simulated time, with a guard at its door; to refuse costs nothing. */
export class EventLoop {
  private readonly clock = new ManualClock();
  private readonly guard: OverloadGuard;
  private readonly asked = new Queue();
  private readonly streaming = new Queue();
  private arrivals = 0;
  private turnAt = 0;
  private tickDueAt = TICK_MS;
  private tickedAt = 0;
  private waitedMs = 0;
  private served = 0;
  private refused = 0;

  constructor(
    public load: Load,
    limits: Omit<OverloadGuardOptions, 'clock'>,
  ) {
    this.guard = new OverloadGuard({ ...limits, clock: this.clock });
  }

  private get now(): number {
    return this.clock.monotonic();
  }

  run(ms: number): Outcome {
    const [startedAt, served, refused] = [this.now, this.served, this.refused];
    let turnMsMax = 0;
    while (this.now < startedAt + ms) turnMsMax = Math.max(turnMsMax, this.turn());
    const possible = (this.now - startedAt) / this.requestMs;
    return {
      goodput: (this.served - served) / possible,
      refused: (this.refused - refused) / possible,
      turnMsMax,
    };
  }

  /** Work of one request, all in all. */
  private get requestMs(): number {
    const events = (this.load.streamMs ?? 0) / EVENT_GAP_MS;
    return REQUEST_MS + ANSWER_MS + events * EVENT_MS;
  }

  private turn(): number {
    const startedAt = this.now;
    if (startedAt >= this.tickDueAt) this.tick();
    this.readRequests(startedAt);
    this.readAnswers(startedAt);
    this.readStreams(startedAt);
    this.turnAt = startedAt;
    const workedMs = this.now - startedAt;
    if (workedMs < WAIT_MS) {
      this.waitedMs += WAIT_MS - workedMs;
      this.clock.advance(WAIT_MS - workedMs);
    }
    return workedMs;
  }

  private tick(): void {
    const elapsedMs = this.now - this.tickedAt;
    this.guard.tick(1 - this.waitedMs / elapsedMs, elapsedMs - this.waitedMs);
    this.waitedMs = 0;
    this.tickedAt = this.now;
    this.tickDueAt = this.now + TICK_MS;
  }

  private readRequests(now: number): void {
    this.arrivals += ((now - this.turnAt) * this.load.offered) / this.requestMs;
    for (; this.arrivals >= 1; this.arrivals -= 1) {
      if (this.guard.enter(0) === undefined) {
        this.clock.advance(REQUEST_MS);
        this.asked.add(this.now + this.load.vendorMs);
      } else {
        this.refused += 1;
      }
    }
  }

  private readAnswers(now: number): void {
    const { streamMs = 0 } = this.load;
    while (this.asked.takeUntil(now)) {
      this.clock.advance(ANSWER_MS);
      if (streamMs === 0) this.end();
      else this.streaming.add(this.now + streamMs);
    }
  }

  private readStreams(now: number): void {
    const events = Math.min((now - this.turnAt) / EVENT_GAP_MS, EVENTS_READ_MAX);
    this.clock.advance(this.streaming.size * events * EVENT_MS);
    while (this.streaming.takeUntil(now)) this.end();
  }

  private end(): void {
    this.guard.leave();
    this.served += 1;
  }
}

/** Times, in the order in which they come. */
class Queue {
  private readonly times: number[] = [];
  private taken = 0;

  get size(): number {
    return this.times.length - this.taken;
  }

  add(at: number): void {
    this.times.push(at);
  }

  takeUntil(now: number): boolean {
    if ((this.times[this.taken] ?? Infinity) > now) return false;
    this.taken += 1;
    return true;
  }
}
