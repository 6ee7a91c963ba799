/** Of one owner; a client that names models as it likes finds the oldest gone. */
const VARIANTS_MAX = 8;
/** Of all owners, until all are forgotten: there may be very many keys. */
const LEARNED_MAX = 2_000;

interface Variant<Source> {
  readonly source: Source;
  readonly json: Uint8Array;
}

export interface SharedMembersOptions<Source> {
  /** Whom the members belong to: they are known no longer than it is in memory. */
  readonly owner: (source: Source) => object;
  /** Whether both, of one owner, have the same members. */
  readonly same: (one: Source, other: Source) => boolean;
  readonly encode: (source: Source) => string;
}

/** Members of JSON objects that many entries share: encoded once, as long as there are not too many. */
export class SharedMembers<Source> {
  #known = new WeakMap<object, Variant<Source>[]>();
  #learned = 0;
  readonly #text = new TextEncoder();

  constructor(private readonly options: SharedMembersOptions<Source>) {}

  of(source: Source): Uint8Array {
    const { owner, same } = this.options;
    const variants = this.#known.get(owner(source));
    if (variants !== undefined) {
      for (const variant of variants) if (same(variant.source, source)) return variant.json;
    }
    return this.#learn(source);
  }

  #learn(source: Source): Uint8Array {
    if (this.#learned === LEARNED_MAX) {
      this.#known = new WeakMap();
      this.#learned = 0;
    }
    this.#learned += 1;
    const { owner, encode } = this.options;
    // Not a Buffer: a short one would keep the pool that it is cut from in memory.
    const variant = { source, json: this.#text.encode(encode(source)) };
    const variants = this.#known.get(owner(source));
    if (variants === undefined) this.#known.set(owner(source), [variant]);
    else if (variants.push(variant) > VARIANTS_MAX) variants.shift();
    return variant.json;
  }
}
