import { type ChannelObservationV1 } from '@tollgate/contracts';
import { type Part } from '../judgement/channel-parts.js';
import { type Verdict } from '../judgement/judge-channel.js';

/** Requests that failed while a channel or a part of it was not healthy; `part` is `null` for the channel. */
export interface Affected {
  readonly part: Part | null;
  readonly count: number;
}

/** Counts, for one channel, what is to be added to its incidents. */
export class AffectedRequests {
  readonly #counts = new Map<string, { readonly part: Part | null; count: number }>();

  observe({ credential, model, failed }: ChannelObservationV1, verdict: Verdict): void {
    const count = Object.values(failed).reduce((sum, one) => sum + one, 0);
    if (count === 0) {
      return;
    }
    if (verdict.whole.state !== 'healthy') {
      this.#add(null, count);
    }
    if (credential !== undefined && verdict.credentials.has(credential)) {
      this.#add({ kind: 'credential', key: credential }, count);
    }
    if (model !== undefined && verdict.models.has(model)) {
      this.#add({ kind: 'model', key: model }, count);
    }
  }

  list(): Affected[] {
    return [...this.#counts.values()].map(({ part, count }) => ({ part, count }));
  }

  /** Takes off what has been stored. */
  clear(stored: readonly Affected[]): void {
    for (const { part, count } of stored) {
      const key = keyOf(part);
      const counted = this.#counts.get(key);
      if (counted !== undefined) {
        counted.count -= count;
        if (counted.count <= 0) {
          this.#counts.delete(key);
        }
      }
    }
  }

  #add(part: Part | null, count: number): void {
    const key = keyOf(part);
    const counted = this.#counts.get(key);
    if (counted === undefined) {
      this.#counts.set(key, { part, count });
    } else {
      counted.count += count;
    }
  }
}

function keyOf(part: Part | null): string {
  return part === null ? '' : `${part.kind} ${part.key}`;
}
