import type { GatewayError } from '@tollgate/contracts';
import type { JournalStart, StartedRequest } from '../journal.js';
import type { Segment } from './segment-store.js';

/** A request that was started and has not ended. */
export class OpenRequest implements StartedRequest {
  /** Where its start is; `undefined` until it is written, and where it is in no file. */
  segment: Segment | undefined;
  /** Its place among the others; -1: it has ended, or was refused. */
  place = -1;
  private written: ((started: OpenRequest) => void) | undefined;
  private refused: ((error: GatewayError) => void) | undefined;

  constructor(readonly entry: JournalStart) {}

  /** Resolves when its start is written, rejects when it is refused. */
  whenWritten(): Promise<OpenRequest> {
    return new Promise((written, refused) => {
      this.written = written;
      this.refused = refused;
    });
  }

  tellWritten(): void {
    this.written?.(this);
  }

  tellRefused(error: GatewayError): void {
    this.refused?.(error);
  }
}

/**
 * The requests that run, and those among them whose start is not written yet. In a list and not a Map by id: a Map makes
 * each id a string of the old generation, and its outgrown tables keep what they held.
 */
export class OpenRequests {
  readonly #open: OpenRequest[] = [];
  #pending: OpenRequest[] = [];

  get size(): number {
    return this.#open.length;
  }

  /** Starts that are not written yet. */
  get pending(): number {
    return this.#pending.length;
  }

  all(): readonly OpenRequest[] {
    return [...this.#open];
  }

  /** Its start is to be written with the others that wait. */
  add(request: OpenRequest): void {
    this.addUnfiled(request);
    this.#pending.push(request);
  }

  /** Its start comes into no file. */
  addUnfiled(request: OpenRequest): void {
    request.place = this.#open.push(request) - 1;
  }

  /** @param sequence of its end */
  ended(request: OpenRequest, sequence: number): void {
    this.#remove(request);
    const { segment } = request;
    if (segment === undefined) return;
    segment.openStarts -= 1;
    segment.neededThrough = sequence;
  }

  /** What waited is in the segment. */
  written(segment: Segment): void {
    for (const request of this.#takePending()) {
      if (request.place >= 0) {
        request.segment = segment;
        segment.openStarts += 1;
      }
      request.tellWritten();
    }
  }

  /** What waited goes on without a file. */
  shed(): void {
    for (const request of this.#takePending()) request.tellWritten();
  }

  /** What waited has not begun. */
  refuse(error: GatewayError): void {
    for (const request of this.#takePending()) {
      if (request.place >= 0) this.#remove(request);
      request.tellRefused(error);
    }
  }

  /** The last one takes its place. */
  #remove(request: OpenRequest): void {
    const last = this.#open.pop();
    if (last !== undefined && last !== request) {
      this.#open[request.place] = last;
      last.place = request.place;
    }
    request.place = -1;
  }

  #takePending(): readonly OpenRequest[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }
}
