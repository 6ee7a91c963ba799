import type { DocumentChange, WatchHandler } from './document-store.js';

/**
 * A handler of a `snapshot` watch that keeps what it knows when the store loses its documents. Their writer puts the
 * document `markerKey` after all others and never deletes it: once it was seen, deletions count only while it is there.
 * Those of a loss are told, when it is back, of the documents that did not come back with it.
 */
export function outlivingLoss(markerKey: string, handler: WatchHandler): OutlivingHandler {
  return new OutlivingHandler(markerKey, handler);
}

export class OutlivingHandler implements WatchHandler {
  /** Deletions that are not told yet: a loss shows only once the marker is gone, too. */
  private readonly held = new Map<string, DocumentChange>();
  private marker: 'unknown' | 'present' | 'lost' = 'unknown';

  constructor(
    private readonly markerKey: string,
    private readonly handler: WatchHandler,
  ) {}

  /** Whether the marker was ever there. */
  get markerSeen(): boolean {
    return this.marker !== 'unknown';
  }

  change(change: DocumentChange): void {
    if (change.key === this.markerKey) this.see(change.kind === 'put');
    else if (change.kind === 'put') this.put(change);
    else this.delete(change);
  }

  ready(): void {
    this.handler.ready();
  }

  resynchronized(): void {
    this.handler.resynchronized();
  }

  private see(present: boolean): void {
    this.marker = present ? 'present' : 'lost';
    if (present) this.release();
  }

  private put(change: DocumentChange): void {
    this.held.delete(change.key);
    this.handler.change(change);
  }

  private delete(change: DocumentChange): void {
    if (this.marker === 'unknown') return this.handler.change(change);
    this.held.set(change.key, change);
    // Deletions of a loss arrive in one turn, the marker's among them.
    if (this.marker === 'present' && this.held.size === 1) setImmediate(() => this.release());
  }

  private release(): void {
    if (this.marker === 'lost') return;
    const changes = [...this.held.values()];
    this.held.clear();
    for (const change of changes) this.handler.change(change);
  }
}
