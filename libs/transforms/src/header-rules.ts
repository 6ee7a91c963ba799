import { CREDENTIAL_PLACEHOLDER, type ChannelHeaders } from '@tollgate/contracts';
import { removeHeader, writeHeader, type HeaderList } from './header-list.js';

/** Headers that a channel sets and removes, filled in once with each of its credentials. */
export class HeaderRules {
  private constructor(
    private readonly removed: readonly string[],
    /** For each credential: names and values. */
    private readonly set: readonly HeaderList[],
  ) {}

  /** @returns `undefined`: the channel changes no header */
  static of(
    headers: ChannelHeaders | null | undefined,
    credentials: readonly (string | null)[],
  ): HeaderRules | undefined {
    const { set = {}, remove = [] } = headers ?? {};
    const entries = Object.entries(set);
    if (entries.length === 0 && remove.length === 0) return undefined;
    return new HeaderRules(
      remove.map((name) => name.toLowerCase()),
      credentials.map((credential) =>
        entries.flatMap(([name, value]) => [
          name.toLowerCase(),
          value.replaceAll(CREDENTIAL_PLACEHOLDER, () => credential ?? ''),
        ]),
      ),
    );
  }

  /** @param credential position of the one that the request is sent with */
  applied(headers: HeaderList, credential: number): HeaderList {
    const result = [...headers];
    for (const name of this.removed) removeHeader(result, name);
    const set = this.set[credential % this.set.length] ?? [];
    for (let at = 0; at < set.length; at += 2) writeHeader(result, set[at] ?? '', set[at + 1] ?? '');
    return result;
  }
}
