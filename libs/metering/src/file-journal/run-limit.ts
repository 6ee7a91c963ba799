import type { EncodedEvent } from './record.js';

/** How much of a run of events is wanted at most. */
export interface RunLimit {
  readonly events: number;
  /** Of their JSON. The first event is given whatever its size. */
  readonly bytes: number;
}

/** How many events from the first on are within a limit. */
export function lengthWithin(run: readonly EncodedEvent[], limit: RunLimit): number {
  let bytes = 0;
  let length = 0;
  for (const { json } of run) {
    bytes += json.length;
    if (length === limit.events || (length > 0 && bytes > limit.bytes)) break;
    length += 1;
  }
  return length;
}
