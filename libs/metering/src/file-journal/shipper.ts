import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import {
  journalWatermark,
  journalWatermarkKey,
  newId,
  type Clock,
  type JournalId,
} from '@tollgate/contracts';
import { EncodedBody, type DocumentStore, type EventLog } from '@tollgate/messaging';
import type { JournalLogger } from '../logger.js';
import type { EventSource } from './event-backlog.js';
import type { JournalLimits } from './limits.js';
import type { EncodedEvent } from './record.js';
import { ResendPolicy, type ResendRange } from './resend-policy.js';
import { reasonOf } from './system-error.js';

/** What every part of the journal that works in the background needs. */
export interface JournalPorts {
  readonly eventLog: EventLog;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly logger: JournalLogger;
  readonly limits: JournalLimits;
}

export interface ShipperOptions {
  readonly journalId: JournalId;
  readonly source: EventSource;
  readonly ports: JournalPorts;
  /** What billing is known to have committed at the beginning. */
  readonly committedThrough: number;
  /** Billing has committed everything up to here. */
  readonly onCommitted: (through: number) => void;
}

/** What an adopted or closing journal has come to. */
export type ShippingState = 'unpublished' | 'acknowledged' | 'committed';

/** What a message says beside its journal (`UsageBatchV1`). */
interface BatchContent {
  readonly events: readonly EncodedEvent[];
  /** Set on the last batch of a journal: the last sequence that can ever be committed. */
  readonly closedAt?: number;
}

interface Batch {
  readonly last: number;
  acknowledged: boolean;
}

/**
 * Publishes the ended events of one journal in order of sequence, follows what billing has committed, and publishes
 * again what the log must have lost. Waits out a log or a document store that is away.
 */
export class Shipper {
  #next: number;
  #acknowledged: number;
  #committed: number;
  #inFlight: Batch[] = [];
  #pumping = false;
  #following = false;
  #hurry = false;
  #pollMs: number;
  #timer: NodeJS.Timeout | undefined;
  readonly #stop = new AbortController();
  readonly #progress = new EventEmitter();
  readonly #policy: ResendPolicy;
  readonly #troubles = new Set<string>();

  constructor(private readonly options: ShipperOptions) {
    const { limits } = options.ports;
    this.#next = options.committedThrough + 1;
    this.#acknowledged = options.committedThrough;
    this.#committed = options.committedThrough;
    this.#pollMs = limits.watermarkPollMs;
    this.#policy = new ResendPolicy(limits.resendAfterMs, limits.batchEventsMax * 8);
    this.#progress.setMaxListeners(0);
  }

  get committedThrough(): number {
    return this.#committed;
  }

  /** Ended events that the log has not acknowledged. */
  get unpublished(): number {
    return Math.max(0, this.options.source.available - this.#acknowledged);
  }

  /** Events may have become available. Cheap: called at the end of every turn that ended a request. */
  notify(): void {
    const waiting = this.options.source.available - this.#next + 1;
    if (waiting <= 0 || this.#pumping || this.#stop.signal.aborted) return;
    if (this.#inFlight.length >= this.options.ports.limits.batchesInFlightMax) return;
    const { batchEventsMax, batchDelayMs } = this.options.ports.limits;
    if (this.#hurry || waiting >= batchEventsMax) void this.#pump(this.#hurry);
    else this.#timer ??= setTimeout(() => void this.#pump(true), batchDelayMs);
  }

  /**
   * Publishes all that there is, then that the journal is closed, then waits for billing's commit, until `signal`.
   * Nothing may become available any more.
   *
   * @param options.committedThroughMax billing can't commit beyond this: what follows is missing
   */
  async finish(
    signal: AbortSignal,
    options: { readonly pollMs: number; readonly committedThroughMax?: number },
  ): Promise<ShippingState> {
    const ended = AbortSignal.any([signal, this.#stop.signal]);
    const last = this.options.source.available;
    this.#hurry = true;
    this.#pollMs = options.pollMs;
    this.notify();
    if (!(await this.#until(() => this.#acknowledged >= last, ended))) return 'unpublished';
    const through = Math.min(last, options.committedThroughMax ?? last);
    const closing = { events: [], closedAt: through };
    if (!(await this.#publish(`closed-${newId()}`, closing, ended))) return 'unpublished';
    this.#follow();
    return (await this.#until(() => this.#committed >= through, ended)) ? 'committed' : 'acknowledged';
  }

  /** Publishes nothing more; what is on its way may still arrive. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  /** @param all also what does not fill a batch */
  async #pump(all: boolean): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pumping) return;
    this.#pumping = true;
    const { batchEventsMax, batchBytesMax, retryDelayMaxMs } = this.options.ports.limits;
    const limit = { events: batchEventsMax, bytes: batchBytesMax };
    try {
      while (this.#mayDispatch(all ? 1 : batchEventsMax)) {
        this.#dispatch(await this.options.source.take(this.#next, limit));
      }
      this.#recovered('read');
    } catch (error) {
      this.#trouble('read', error, 'The request journal can not be read; its events wait.');
      this.#timer = setTimeout(() => void this.#pump(true), retryDelayMaxMs);
    } finally {
      this.#pumping = false;
    }
    if (this.#inFlight.length < this.options.ports.limits.batchesInFlightMax) this.notify();
  }

  #mayDispatch(eventsMin: number): boolean {
    if (this.#stop.signal.aborted) return false;
    if (this.#inFlight.length >= this.options.ports.limits.batchesInFlightMax) return false;
    this.#next = Math.max(this.#next, this.#committed + 1);
    return this.options.source.available - this.#next + 1 >= eventsMin;
  }

  #dispatch(events: readonly EncodedEvent[]): void {
    const [first, last] = [events[0]?.sequence, events.at(-1)?.sequence];
    // Nothing readable left: damage, which was reported when the journal was read.
    const batch: Batch = { last: last ?? this.options.source.available, acknowledged: first === undefined };
    this.#next = batch.last + 1;
    this.#inFlight.push(batch);
    if (first === undefined) {
      this.#settle();
      return;
    }
    void this.#publish(`${first}-${batch.last}`, { events }, this.#stop.signal).then((published) => {
      batch.acknowledged = published;
      if (published) this.#settle();
    });
  }

  #settle(): void {
    while (this.#inFlight[0]?.acknowledged === true) this.#acknowledge(this.#inFlight.shift()?.last ?? 0);
    this.notify();
  }

  #acknowledge(through: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, through);
    this.#progress.emit('progress');
    this.#follow();
  }

  /** Publishes until it succeeds. `false`: given up because of `signal`. */
  async #publish(suffix: string, content: BatchContent, signal: AbortSignal): Promise<boolean> {
    const { journalId, ports } = this.options;
    const body = encodeBatch(journalId, content);
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await ports.eventLog.publish('usage', { id: `${journalId}:${suffix}`, body });
        this.#recovered('publish');
        return true;
      } catch (error) {
        this.#trouble(
          'publish',
          error,
          'The event log does not take usage events; they wait in the journal.',
        );
        await this.#pause(retryDelay(attempt, ports.limits), signal);
      }
    }
    return false;
  }

  /** Asks for the watermark, again and again, while something acknowledged is uncommitted. */
  #follow(): void {
    if (this.#following || this.#committed >= this.#acknowledged || this.#stop.signal.aborted) return;
    this.#following = true;
    this.#policy.begin(this.options.ports.clock.monotonic(), this.#committed);
    void this.#followUntilCommitted().finally(() => {
      this.#following = false;
      this.#follow();
    });
  }

  async #followUntilCommitted(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && this.#committed < this.#acknowledged) {
      await this.#pause(this.#pollMs, signal);
      const committed = await this.#askWatermark();
      if (committed === undefined) continue;
      if (committed > this.#committed) {
        this.#committed = committed;
        this.options.onCommitted(committed);
        this.#progress.emit('progress');
      }
      const now = this.options.ports.clock.monotonic();
      const range = this.#policy.decide(now, committed, this.#acknowledged);
      if (range !== undefined) await this.#resend(range);
    }
  }

  async #askWatermark(): Promise<number | undefined> {
    const { journalId, ports } = this.options;
    try {
      const committed = await readWatermark(ports.documents, journalId);
      this.#recovered('watermark');
      return committed;
    } catch (error) {
      this.#trouble(
        'watermark',
        error,
        'The document store does not tell what billing has committed; waiting.',
      );
      return undefined;
    }
  }

  /** Under new ids: the log may remember those of the messages that it lost. */
  async #resend({ first, last }: ResendRange): Promise<void> {
    const { journalId, source, ports } = this.options;
    ports.logger.warn(
      { journalId, first, last },
      'Billing has not committed usage events that the log acknowledged; publishing them again.',
    );
    const { batchEventsMax, batchBytesMax } = ports.limits;
    try {
      for (let next = first; next <= last;) {
        const limit = { events: Math.min(batchEventsMax, last - next + 1), bytes: batchBytesMax };
        const events = await source.takeAgain(next, limit);
        const [from, to] = [events[0]?.sequence, events.at(-1)?.sequence];
        if (from === undefined || to === undefined) return;
        const id = `${from}-${to}:again-${newId()}`;
        if (!(await this.#publish(id, { events }, this.#stop.signal))) return;
        next = to + 1;
      }
      this.#recovered('read');
    } catch (error) {
      this.#trouble('read', error, 'The request journal can not be read; its events wait.');
    }
  }

  async #until(holds: () => boolean, signal: AbortSignal): Promise<boolean> {
    while (!holds()) {
      if (signal.aborted) return false;
      try {
        await once(this.#progress, 'progress', { signal });
      } catch {
        // Aborted: the condition may hold all the same.
        return holds();
      }
    }
    return true;
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    // Aborting is looked at by the caller's loop.
    await delay(milliseconds, undefined, { signal }).catch(() => undefined);
  }

  /** Says so once, not with every attempt. */
  #trouble(kind: string, error: unknown, message: string): void {
    if (this.#troubles.has(kind)) return;
    this.#troubles.add(kind);
    this.options.ports.logger.warn({ journalId: this.options.journalId, error: reasonOf(error) }, message);
  }

  #recovered(kind: string): void {
    if (!this.#troubles.delete(kind)) return;
    this.options.ports.logger.info({ journalId: this.options.journalId, trouble: kind }, 'That works again.');
  }
}

/** Everything up to here is in billing's books; 0 when nothing is known of the journal. */
export async function readWatermark(documents: DocumentStore, journalId: JournalId): Promise<number> {
  const document = await documents.bucket('billing').get(journalWatermarkKey(journalId));
  return document === undefined ? 0 : journalWatermark.parse(document.value).committedThrough;
}

const COMMA = Buffer.from(',');

/** A `UsageBatchV1`, put together from events that are JSON already. */
function encodeBatch(journalId: JournalId, { events, closedAt }: BatchContent): EncodedBody {
  const pieces: Buffer[] = [Buffer.from(`{"journalId":${JSON.stringify(journalId)},"events":[`)];
  events.forEach(({ json }, index) => pieces.push(...(index === 0 ? [json] : [COMMA, json])));
  const closing = closedAt === undefined ? '"closed":false' : `"closed":true,"lastSequence":${closedAt}`;
  pieces.push(Buffer.from(`],${closing}}`));
  return new EncodedBody(Buffer.concat(pieces));
}

function retryDelay(attempt: number, limits: JournalLimits): number {
  const ceiling = Math.min(limits.retryDelayMaxMs, limits.retryDelayMinMs * 2 ** Math.min(attempt, 20));
  // Spread, so that many proxies do not come back to the log in step.
  return ceiling * (0.5 + Math.random() / 2);
}
