import { describe, expect, it } from '@jest/globals';
import type { HeadMemo, UpstreamRequest } from '../transport.js';
import { RequestBytes } from './request-bytes.js';

const request = (more: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  ...{ origin: 'https://vendor.test', path: '/v1/chat', method: 'POST', headers: ['accept', '*/*'] },
  body: Buffer.from('{}'),
  timeouts: { connectTimeoutMs: 1, firstByteTimeoutMs: 1, idleTimeoutMs: 1, totalTimeoutMs: 1 },
  ...more,
});

describe('the bytes of a request', () => {
  const text = (bytes: RequestBytes, more?: Partial<UpstreamRequest>) =>
    Buffer.concat(bytes.of(request(more))).toString('latin1');

  it('are its line, host, headers, length and body', () => {
    expect(text(new RequestBytes('vendor.test:8443'))).toBe(
      'POST /v1/chat HTTP/1.1\r\nhost: vendor.test:8443\r\nconnection: keep-alive\r\naccept: */*\r\n' +
        'content-length: 2\r\n\r\n{}',
    );
  });

  it('have no length where there is nothing to send', () => {
    const bytes = text(new RequestBytes('v'), { method: 'GET', headers: [], body: Buffer.alloc(0) });
    expect(bytes).toBe('GET /v1/chat HTTP/1.1\r\nhost: v\r\nconnection: keep-alive\r\n\r\n');
    expect(text(new RequestBytes('v'), { body: Buffer.alloc(0) })).toContain('content-length: 0\r\n\r\n');
  });

  it.each<Partial<UpstreamRequest>>([
    { path: '/v1/other' },
    { method: 'DELETE' },
    { headers: ['accept', 'text/plain'] },
    { body: Buffer.from('longer') },
  ])('are those of this request and not of the one before: %j', (more) => {
    const bytes = new RequestBytes('v');
    text(bytes);
    expect(text(bytes, more)).toBe(text(new RequestBytes('v'), more));
    expect(text(bytes)).toBe(text(new RequestBytes('v')));
  });

  it.each<[string, Partial<UpstreamRequest>, string?]>([
    ['path', { path: '/v1/other' }],
    ['method', { method: 'DELETE' }],
    ['headers', { headers: ['accept', 'text/plain'] }],
    ['host', {}, 'other.test'],
  ])('are not made of a memo of another %s', (_what, more, host = 'v') => {
    const memo: HeadMemo = {};
    text(new RequestBytes('v'), { memo });
    expect(text(new RequestBytes(host), { ...more, memo })).toBe(text(new RequestBytes(host), more));
  });

  it('have their head made once for a memo, whoever takes turns with them', () => {
    const bytes = new RequestBytes('v');
    const [one, other] = [
      { memo: {} as HeadMemo, headers: ['a', '1'] },
      { memo: {}, headers: ['a', '2'] },
    ];
    text(bytes, one);
    const { head } = one.memo;
    expect(text(bytes, other)).toContain('a: 2');
    expect(text(bytes, one)).toContain('a: 1');
    expect(head).toBeDefined();
    expect(one.memo.head).toBe(head);
  });

  it('hold a large body as it is, behind its head', () => {
    const body = Buffer.alloc(20_000, 'x');
    const pieces = new RequestBytes('v').of(request({ body }));
    expect(pieces).toHaveLength(2);
    expect(pieces[1]).toBe(body);
    expect(pieces[0]?.toString()).toMatch(/content-length: 20000\r\n\r\n$/);
  });

  it.each<[string, Partial<UpstreamRequest>]>([
    ['a value with a line end', { headers: ['x', 'a\r\nauthorization: stolen'] }],
    ['a value with NUL', { headers: ['x', 'a\0'] }],
    ['a value beyond a byte', { headers: ['x', '→'] }],
    ['a name with a colon', { headers: ['x: y\r\nz', 'a'] }],
    ['a length of its own', { headers: ['Content-Length', '0'] }],
    ['an encoding of its own', { headers: ['transfer-encoding', 'chunked'] }],
    ['a host of its own', { headers: ['Host', 'elsewhere.test'] }],
    ['an empty name', { headers: ['', 'a'] }],
    ['a path with a space', { path: '/v1 HTTP/1.1\r\nx: y' }],
    ['a path with a line end', { path: '/v1\r\nx:y' }],
    ['a path that is none', { path: 'http://elsewhere.test/' }],
    ['a method with a line end', { method: 'GET / HTTP/1.1\r\n' }],
  ])('are not made of %s', (_what, more) => {
    const bytes = new RequestBytes('v');
    text(bytes);
    expect(() => bytes.of(request(more))).toThrow('would be no');
    expect(text(bytes)).toBe(text(new RequestBytes('v')));
  });
});
