/** Of one owner; a client that names models as it likes finds the oldest gone. */
const VARIANTS_MAX = 8;

interface Variant<Source> {
  readonly source: Source;
  readonly json: Uint8Array;
}

export interface SharedMembersOptions<Source> {
  /** Whom the members belong to: they are known for as long as it is in memory. */
  readonly owner: (source: Source) => object;
  /** Whether both have the same members. */
  readonly same: (one: Source, other: Source) => boolean;
  readonly encode: (source: Source) => string;
}

/** Members of JSON objects that many entries share: encoded once. */
export class SharedMembers<Source> {
  readonly #known = new WeakMap<object, Variant<Source>[]>();

  constructor(private readonly options: SharedMembersOptions<Source>) {}

  of(source: Source): Uint8Array {
    const { owner, same } = this.options;
    const variants = this.#known.get(owner(source));
    if (variants !== undefined) {
      for (const variant of variants) if (same(variant.source, source)) return variant.json;
    }
    return this.#learn(source, variants);
  }

  #learn(source: Source, variants: Variant<Source>[] | undefined): Uint8Array {
    const { owner, encode } = this.options;
    const variant = { source, json: Buffer.from(encode(source)) };
    if (variants === undefined) this.#known.set(owner(source), [variant]);
    else if (variants.push(variant) > VARIANTS_MAX) variants.shift();
    return variant.json;
  }
}
