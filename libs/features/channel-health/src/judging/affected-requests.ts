import { type ChannelObservationV1, type OrganizationId } from '@tollgate/contracts';
import { type Part } from '../judgement/channel-parts.js';
import { WINDOW_MS } from '../judgement/channel-window.js';
import { type Verdict } from '../judgement/judge-channel.js';

/** Requests that failed while a channel or a part of it was not healthy, and whose; `part` is `null` for the channel. */
export interface Affected {
  readonly part: Part | null;
  readonly count: number;
  readonly organizations: readonly OrganizationId[];
}

/** Organisations that are remembered of one part; more are left out. */
const RECENT_MAX = 1_000;

interface Counted {
  readonly part: Part | null;
  /** What is to be added to an incident. */
  count: number;
  readonly organizations: Set<OrganizationId>;
  /** When something failed last for whom, in the last minute: whom an incident affected before it was one. */
  readonly recent: Map<OrganizationId, number>;
}

/** Counts, for one channel, what is to be added to its incidents. */
export class AffectedRequests {
  readonly #parts = new Map<string, Counted>();

  observe(observation: ChannelObservationV1, verdict: Verdict, now: number): void {
    const { credential, model, failed } = observation;
    if (Object.keys(failed).length === 0) {
      return;
    }
    this.#add(observation, { part: null, isAffected: verdict.whole.state !== 'healthy', now });
    if (credential !== undefined) {
      const part = { kind: 'credential', key: credential } as const;
      this.#add(observation, { part, isAffected: verdict.credentials.has(credential), now });
    }
    if (model !== undefined) {
      const part = { kind: 'model', key: model } as const;
      this.#add(observation, { part, isAffected: verdict.models.has(model), now });
    }
  }

  list(): Affected[] {
    return [...this.#parts.values()]
      .filter(({ count, organizations }) => count > 0 || organizations.size > 0)
      .map(({ part, count, organizations }) => ({ part, count, organizations: [...organizations] }));
  }

  /** For whom something failed in the last minute. */
  recent(part: Part | null): Affected {
    const organizations = [...(this.#parts.get(keyOf(part))?.recent.keys() ?? [])];
    return { part, count: 0, organizations };
  }

  /** Takes off what has been stored. */
  clear(stored: readonly Affected[]): void {
    for (const { part, count, organizations } of stored) {
      const counted = this.#parts.get(keyOf(part));
      if (counted !== undefined) {
        counted.count -= count;
        for (const id of organizations) {
          counted.organizations.delete(id);
        }
      }
    }
  }

  /** Forgets for whom nothing failed in the last minute. */
  prune(now: number): void {
    for (const [key, { count, organizations, recent }] of this.#parts) {
      for (const [id, at] of recent) {
        if (at <= now - WINDOW_MS) {
          recent.delete(id);
        }
      }
      if (count === 0 && organizations.size === 0 && recent.size === 0) {
        this.#parts.delete(key);
      }
    }
  }

  #add(
    { failed, failedOrganizations = [] }: ChannelObservationV1,
    {
      part,
      isAffected,
      now,
    }: { readonly part: Part | null; readonly isAffected: boolean; readonly now: number },
  ): void {
    const counted = this.#counted(part);
    for (const id of failedOrganizations) {
      if (counted.recent.size < RECENT_MAX || counted.recent.has(id)) {
        counted.recent.set(id, now);
      }
    }
    if (isAffected) {
      counted.count += Object.values(failed).reduce((sum, one) => sum + one, 0);
      for (const id of failedOrganizations) {
        if (counted.organizations.size < RECENT_MAX) {
          counted.organizations.add(id);
        }
      }
    }
  }

  #counted(part: Part | null): Counted {
    const key = keyOf(part);
    const counted = this.#parts.get(key) ?? {
      ...{
        part,
        count: 0,
        organizations: new Set<OrganizationId>(),
        recent: new Map<OrganizationId, number>(),
      },
    };
    this.#parts.set(key, counted);
    return counted;
  }
}

function keyOf(part: Part | null): string {
  return part === null ? '' : `${part.kind} ${part.key}`;
}
