import { isIP, type Socket } from 'node:net';
import { SocketReader } from './socket-reader.js';
import type { UpstreamProxy } from './upstream-connection.js';

const VERSION = 5;
const NO_PROOF = 0;
const PASSWORD = 2;
const PASSWORD_VERSION = 1;
const CONNECT = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/** What a refusal means: RFC 1928, section 6. */
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'a general failure',
  2: 'a rule against the connection',
  3: 'an unreachable network',
  4: 'an unreachable host',
  5: 'a refused connection',
  6: 'an expired time to live',
  7: 'an unknown command',
  8: 'an unknown kind of address',
};

/**
 * Asks a SOCKS5 proxy for a connection: https://www.rfc-editor.org/rfc/rfc1928. A name is resolved by the proxy.
 *
 * @throws Error when it refuses
 */
export async function openSocksTunnel(
  socket: Socket,
  target: { readonly hostname: string; readonly port: number },
  proxy: UpstreamProxy,
): Promise<void> {
  const reader = new SocketReader(socket);
  await authenticate(socket, reader, proxy);
  const port = Buffer.alloc(2);
  port.writeUInt16BE(target.port);
  socket.write(Buffer.concat([Buffer.from([VERSION, CONNECT, 0]), addressOf(target.hostname), port]));
  const [version = 0, reply = 0, , kind = 0] = await reader.bytes(4);
  if (version !== VERSION) throw new Error('the proxy does not speak SOCKS5');
  if (reply !== 0) throw new Error(`the proxy tells of ${REFUSALS[reply] ?? `the refusal ${reply}`}`);
  // The address that it connected from; nobody needs it.
  if (kind === IPV4) await reader.bytes(4 + 2);
  else if (kind === IPV6) await reader.bytes(16 + 2);
  else {
    const [length = 0] = await reader.bytes(1);
    await reader.bytes(length + 2);
  }
}

/** By user name and password: https://www.rfc-editor.org/rfc/rfc1929 */
async function authenticate(socket: Socket, reader: SocketReader, proxy: UpstreamProxy): Promise<void> {
  const { username, password = '' } = proxy;
  const methods = username === undefined ? [NO_PROOF] : [NO_PROOF, PASSWORD];
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const [version, method] = await reader.bytes(2);
  if (version !== VERSION) throw new Error('the proxy does not speak SOCKS5');
  if (method === NO_PROOF) return;
  if (method !== PASSWORD || username === undefined) throw new Error('the proxy wants another proof');
  socket.write(Buffer.concat([Buffer.from([PASSWORD_VERSION]), prefixed(username), prefixed(password)]));
  const [, status] = await reader.bytes(2);
  if (status !== 0) throw new Error('the proxy refuses the user name and password');
}

function addressOf(hostname: string): Buffer {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  switch (isIP(bare)) {
    case 4:
      return Buffer.from([IPV4, ...bare.split('.').map(Number)]);
    case 6:
      return Buffer.concat([Buffer.from([IPV6]), ipv6Bytes(bare)]);
    default:
      return Buffer.concat([Buffer.from([NAME]), prefixed(bare)]);
  }
}

/** `URL` has written it in groups of hexadecimal digits, with at most one `::`. */
function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, behind] = [groups(head), groups(tail ?? '')];
  const missing = Array.from({ length: 8 - before.length - behind.length }, () => 0);
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...before, ...missing, ...behind].entries())
    bytes.writeUInt16BE(group, index * 2);
  return bytes;
}

function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new Error('a name is too long for SOCKS5');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
