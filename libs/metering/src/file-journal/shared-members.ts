/** Of one owner; a client that names models as it likes finds the oldest gone. */
const VARIANTS_MAX = 8;
/** So many are learnt, whatever became of them; then all are forgotten: there may be very many keys. */
const LEARNED_MAX = 2_000;

interface Variant<Facts> {
  readonly facts: Facts;
  readonly json: Uint8Array;
}

/** @typeParam Facts what the members depend on, beside their owner */
export interface SharedMembersOptions<Source extends Facts, Facts> {
  /** Whom the members belong to: they are known no longer than it is in memory. */
  readonly owner: (source: Source) => object;
  /** Those of a source, and nothing else that it holds: they stay in memory. */
  readonly facts: (source: Source) => Facts;
  /** Whether both, of one owner, have the same members. */
  readonly same: (one: Facts, other: Facts) => boolean;
  readonly encode: (source: Source) => string;
}

/** Members of JSON objects that many entries share: encoded once, as long as there are not too many. */
export class SharedMembers<Source extends Facts, Facts> {
  #known = new WeakMap<object, Variant<Facts>[]>();
  #learned = 0;
  readonly #text = new TextEncoder();

  constructor(private readonly options: SharedMembersOptions<Source, Facts>) {}

  of(source: Source): Uint8Array {
    const { owner, same } = this.options;
    const variants = this.#known.get(owner(source));
    if (variants !== undefined) {
      for (const variant of variants) if (same(variant.facts, source)) return variant.json;
    }
    return this.#learn(source);
  }

  #learn(source: Source): Uint8Array {
    if (this.#learned === LEARNED_MAX) {
      this.#known = new WeakMap();
      this.#learned = 0;
    }
    this.#learned += 1;
    const { owner, facts, encode } = this.options;
    // Not a Buffer: a short one would keep the pool that it is cut from in memory.
    const variant = { facts: facts(source), json: this.#text.encode(encode(source)) };
    const variants = this.#known.get(owner(source));
    if (variants === undefined) this.#known.set(owner(source), [variant]);
    else if (variants.push(variant) > VARIANTS_MAX) variants.shift();
    return variant.json;
  }
}
