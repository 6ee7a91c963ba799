import { QuotedText } from './quoted-text.js';

/** What is looked into: the bytes of a JSON body, and what they say once somebody asks. */
export interface SearchedBody {
  readonly bytes: Buffer;
  readonly parsed: unknown;
}

/**
 * The member of a body at a path, e.g. `metadata.user_id`. Most bodies have none, and are not parsed to find that out: one
 * that has it names all that is on the path.
 */
export class BodyMember {
  private readonly names: readonly string[];
  /** What is found fastest to be absent comes first. */
  private readonly signs: readonly QuotedText[];

  constructor(path: string) {
    this.names = path.split('.');
    this.signs = this.names
      .map((name) => new QuotedText(name))
      .sort((a, b) => Number(b.isRare) - Number(a.isRare));
  }

  /** `undefined`: there is none, or a name is spelt with escapes. */
  of(body: SearchedBody): unknown {
    for (const sign of this.signs) if (!sign.isIn(body.bytes)) return undefined;
    let value = body.parsed;
    for (const name of this.names) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Readonly<Record<string, unknown>>)[name];
    }
    return value;
  }
}
