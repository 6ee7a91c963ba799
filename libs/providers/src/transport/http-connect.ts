import type { Socket } from 'node:net';
import { SocketReader } from './socket-reader.js';
import type { UpstreamProxy } from './upstream-connection.js';

const ANSWER_BYTES_MAX = 16_384;

/**
 * Asks an HTTP proxy for a tunnel: https://www.rfc-editor.org/rfc/rfc9110#name-connect
 *
 * @param target host and port
 * @throws Error when it refuses
 */
export async function openHttpTunnel(socket: Socket, target: string, proxy: UpstreamProxy): Promise<void> {
  const proof = proxy.username === undefined ? '' : `Proxy-Authorization: Basic ${basic(proxy)}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${proof}\r\n`);
  const answer = await new SocketReader(socket).through('\r\n\r\n', ANSWER_BYTES_MAX);
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(answer.toString('latin1')) ?? [];
  if (status === undefined || !status.startsWith('2')) {
    throw new Error(`the proxy answers with ${status ?? 'what is no HTTP'}`);
  }
}

function basic({ username = '', password = '' }: UpstreamProxy): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
