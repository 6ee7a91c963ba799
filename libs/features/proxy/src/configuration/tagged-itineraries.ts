import { narrowItinerary, type Itinerary } from './model-routes.js';

/** Sets of tags that an itinerary is remembered for; with more of them, the oldest is worked out anew. */
const TAG_SETS_MAX = 1_000;

/**
 * Itineraries for keys that may only use channels with certain tags. Made once for an itinerary and a set of tags: all keys
 * that require the same share its pools, so that turns and draws are over all their requests.
 */
export class TaggedItineraries {
  /** Found by the list itself, which is a document's: no request sorts or joins. */
  private readonly setNames = new WeakMap<readonly string[], string>();
  private readonly narrowed = new WeakMap<Itinerary, Map<string, Itinerary | null>>();

  /** @returns `undefined` when no channel of the itinerary has all the tags */
  of(itinerary: Itinerary, tags: readonly string[]): Itinerary | undefined {
    let known = this.narrowed.get(itinerary);
    if (known === undefined) this.narrowed.set(itinerary, (known = new Map<string, Itinerary | null>()));
    const name = this.setName(tags);
    let narrowed = known.get(name);
    if (narrowed === undefined) {
      narrowed = narrowItinerary(itinerary, (channel) => hasTags(channel, tags)) ?? null;
      const oldest = known.size < TAG_SETS_MAX ? undefined : known.keys().next().value;
      if (oldest !== undefined) known.delete(oldest);
      known.set(name, narrowed);
    }
    return narrowed ?? undefined;
  }

  private setName(tags: readonly string[]): string {
    let name = this.setNames.get(tags);
    if (name === undefined) this.setNames.set(tags, (name = [...new Set(tags)].sort().join('\n')));
    return name;
  }
}

/** @param required `null` and `undefined`: none */
export function hasTags(
  { tags }: { readonly tags: readonly string[] },
  required: readonly string[] | null | undefined,
): boolean {
  return required?.every((tag) => tags.includes(tag)) ?? true;
}
