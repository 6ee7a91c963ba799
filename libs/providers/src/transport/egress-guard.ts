import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { GatewayError } from '@tollgate/contracts';

/** Addresses of this machine and of private networks: RFC 1918, 4193, 6598, loopback. */
const PRIVATE = blockList([
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  // Loopback, and the outdated way to write an IPv4 address in IPv6.
  ['::', 96],
  ['fc00::', 7],
]);

/**
 * Addresses that no vendor has: unspecified, link-local and others of cloud metadata, multicast, reserved, and those
 * that carry an IPv4 address inside (translation, 6to4, Teredo), which could be any of the above.
 */
const NEVER = blockList([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  // Metadata of Alibaba Cloud and of AWS, inside ranges that are private otherwise.
  ['100.100.100.200', 32],
  ['fd00:ec2::254', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['::ffff:0:0:0', 96],
  ['2002::', 16],
  ['2001::', 32],
]);

function blockList(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, family(address));
  return list;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Decides which addresses the gateway connects to. A host name is resolved once, every address it has is checked, and
 * the connection goes to a checked address: a name that changes its mind between check and connection gains nothing.
 */
export class EgressGuard {
  constructor(private readonly options: { readonly allowPrivate: boolean }) {}

  /** @throws GatewayError `upstream_unreachable` for a host written as a forbidden address */
  checkHost(hostname: string): void {
    const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    if (isIP(address) !== 0 && !this.allows(address)) throw forbidden(hostname);
  }

  allows(address: string): boolean {
    // BlockList matches IPv4-mapped IPv6 addresses (::ffff:127.0.0.1) against the IPv4 rules by itself.
    const kind = family(address);
    if (NEVER.check(address, kind)) return false;
    return this.options.allowPrivate || !PRIVATE.check(address, kind);
  }

  /** A `lookup` for sockets that yields only allowed addresses. */
  readonly lookup = (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const forbiddenAddress = addresses.find(({ address }) => !this.allows(address));
      const first = addresses[0];
      if (forbiddenAddress !== undefined || first === undefined) callback(forbidden(hostname), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function forbidden(hostname: string): GatewayError {
  return new GatewayError(
    'upstream_unreachable',
    `The channel's host ${hostname} has an address that the gateway may not connect to: set TOLLGATE_UPSTREAM_PRIVATE=allow for loopback and private addresses.`,
    { retry: 'next-channel', exposure: 'internal' },
  );
}
