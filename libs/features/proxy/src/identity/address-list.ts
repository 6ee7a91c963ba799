import { BlockList, isIP } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** Of the prefix under which IPv4 addresses lie. */
const MAPPED_LENGTH = 96;
const IPV6_LENGTH = 128;

/** A set of addresses and ranges in CIDR notation, of both families; an IPv4 address within IPv6 is that address. */
export class AddressList {
  private readonly ranges = new BlockList();

  /** @throws Error for what is neither an address nor a range */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) this.add(range);
  }

  /** Of what is no address it has none. */
  has(address: string): boolean {
    const plain = unmapped(address);
    const family = isIP(plain);
    return family !== 0 && this.ranges.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  }

  private add(range: string): void {
    const [address = '', prefix] = range.split('/', 2);
    const length = Number(prefix ?? IPV6_LENGTH);
    const mapped = MAPPED.test(address) && length >= MAPPED_LENGTH;
    const plain = mapped ? unmapped(address) : address;
    const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) this.ranges.addAddress(plain, family);
    else this.ranges.addSubnet(plain, mapped ? length - MAPPED_LENGTH : length, family);
  }
}

/** Without the zone of a link-local address; `::ffff:192.0.2.1`, as sockets of both families tell it, is `192.0.2.1`. */
export function unmapped(address: string): string {
  const [plain = ''] = address.split('%', 1);
  return MAPPED.exec(plain)?.[1] ?? plain;
}
