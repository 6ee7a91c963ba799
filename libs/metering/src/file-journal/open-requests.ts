import type { GatewayError, RequestId } from '@tollgate/contracts';
import type { JournalStart } from '../journal.js';
import type { Segment } from './segment-store.js';

/** A request that was started and has not ended. */
export interface OpenRequest {
  /** Let go at its end: the tables that a Map has outgrown hold their values until the next full collection. */
  entry: JournalStart | undefined;
  /** Where its start is; `undefined` until it is written, and where it is in no file. */
  segment: Segment | undefined;
}

/** A start that waits for the end of the turn. */
interface PendingStart {
  readonly request: OpenRequest;
  readonly written: () => void;
  readonly refused: (error: GatewayError) => void;
}

/** The requests that run, and those among them whose start is not written yet. */
export class OpenRequests {
  readonly #open = new Map<RequestId, OpenRequest>();
  #pending: PendingStart[] = [];

  get size(): number {
    return this.#open.size;
  }

  /** Starts that are not written yet. */
  get pending(): number {
    return this.#pending.length;
  }

  get(id: RequestId): OpenRequest | undefined {
    return this.#open.get(id);
  }

  all(): readonly OpenRequest[] {
    return [...this.#open.values()];
  }

  /** Resolves when the start is written, rejects when it is refused. */
  add(entry: JournalStart): Promise<void> {
    const request = this.addUnfiled(entry);
    return new Promise((written, refused) => {
      this.#pending.push({ request, written, refused });
    });
  }

  /** Its start comes into no file. */
  addUnfiled(entry: JournalStart): OpenRequest {
    const request: OpenRequest = { entry, segment: undefined };
    this.#open.set(entry.id, request);
    return request;
  }

  /** @param sequence of its end */
  ended(id: RequestId, request: OpenRequest, sequence: number): void {
    this.#open.delete(id);
    request.entry = undefined;
    if (request.segment === undefined) return;
    request.segment.openStarts -= 1;
    request.segment.neededThrough = sequence;
  }

  /** What waited is in the segment. */
  written(segment: Segment): void {
    for (const { request, written } of this.#takePending()) {
      if (request.entry !== undefined) {
        request.segment = segment;
        segment.openStarts += 1;
      }
      written();
    }
  }

  /** What waited goes on without a file. */
  shed(): void {
    for (const { written } of this.#takePending()) written();
  }

  /** What waited has not begun. */
  refuse(error: GatewayError): void {
    for (const { request, refused } of this.#takePending()) {
      if (request.entry !== undefined) this.#open.delete(request.entry.id);
      refused(error);
    }
  }

  #takePending(): readonly PendingStart[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }
}
