import { isIP } from 'node:net';
import { AddressList, unmapped } from './address-list.js';

/** Where a request comes from, as far as its connection and its headers tell. */
export interface Arrival {
  /** The other end of the connection; `undefined` once that is gone. */
  readonly remoteAddress: string | undefined;
  header(name: string): string | undefined;
}

/**
 * Finds the client's address behind reverse proxies. Only those that the operator named are believed: each adds the
 * address that it was called from to the end of `x-forwarded-for`, and what stands before may be anybody's invention.
 */
export class TrustedProxies {
  private readonly trusted: AddressList;

  /** @param ranges addresses and ranges of the operator's own proxies */
  constructor(ranges: readonly string[]) {
    this.trusted = new AddressList(ranges);
  }

  /** `undefined`: not known. */
  clientOf(arrival: Arrival): string | undefined {
    const { remoteAddress } = arrival;
    if (remoteAddress === undefined) return undefined;
    let address = unmapped(remoteAddress);
    if (!this.trusted.has(address)) return address;
    const forwarded = arrival.header('x-forwarded-for')?.split(',') ?? [];
    while (this.trusted.has(address)) {
      const before = forwarded.pop();
      if (before === undefined) return address;
      address = withoutPort(before.trim());
      if (isIP(address) === 0) return undefined;
    }
    return address;
  }
}

/** Some proxies write the port as well: `192.0.2.1:40000`, `[2001:db8::1]:40000`. */
function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(entry);
  return unmapped(bracketed?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry);
}
