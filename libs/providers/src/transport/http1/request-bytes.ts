import type { HeadMemo, RequestHead, UpstreamRequest } from '../transport.js';
import { FIELD_VALUE } from './header-lines.js';
import { TOKEN } from './token.js';

const PATH = /^\/[\x21-\x7e\x80-\xff]*$/;
/** What is written from the request itself: a second one would let it be read in two ways. */
const OWN_NAME = /^(?:host|connection|content-length|transfer-encoding)$/i;
/** Up to this length a body is copied behind its head: one write of one piece is the cheapest. */
const COPIED_BYTES_MAX = 16_384;

/**
 * The requests of one pool as bytes. What stays the same is put together once: for all requests with one memo, as channels
 * and credentials take turns, else from one request to the next.
 */
export class RequestBytes {
  private readonly memo: HeadMemo = {};

  /** @param host with the port, where it is not the scheme's own */
  constructor(private readonly host: string) {}

  /**
   * The pieces to be written, one after the other.
   *
   * @throws Error for a method, path or header that would end its line: nobody's words can add a header or a request
   */
  of(request: UpstreamRequest): readonly Buffer[] {
    const { method, body } = request;
    const start = this.headOf(request);
    const end = body.length === 0 && method === 'GET' ? '\r\n' : `content-length: ${body.length}\r\n\r\n`;
    const copied = body.length <= COPIED_BYTES_MAX;
    const bytes = Buffer.allocUnsafe(start.length + end.length + (copied ? body.length : 0));
    bytes.set(start);
    bytes.write(end, start.length, 'latin1');
    if (!copied) return [bytes, body];
    bytes.set(body, start.length + end.length);
    return [bytes];
  }

  private headOf(request: UpstreamRequest): Buffer {
    const { memo = this.memo } = request;
    const { host } = this;
    if (memo.head !== undefined && begins(memo.head, request, host)) return memo.head.bytes;
    const { method, path, headers } = request;
    const bytes = Buffer.from(startOf(request, host), 'latin1');
    memo.head = { host, method, path, headers, bytes };
    return bytes;
  }
}

function begins(head: RequestHead, { method, path, headers }: UpstreamRequest, host: string): boolean {
  return head.headers === headers && head.path === path && head.method === method && head.host === host;
}

function startOf({ method, path, headers }: UpstreamRequest, host: string): string {
  if (!TOKEN.test(method) || !PATH.test(path)) throw new Error('the request line would be no request line');
  let start = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    if (!TOKEN.test(name) || OWN_NAME.test(name) || !FIELD_VALUE.test(value))
      throw new Error(`the header "${name}" would be no header`);
    start += `${name}: ${value}\r\n`;
  }
  return start;
}
