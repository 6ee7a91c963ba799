import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PlainHeads, readPlainHead } from './plain-head.js';

const LINE = 'POST /v1/x?key=1 HTTP/1.1';
const NEEDED = ['Host: a', 'Content-Length: 12'];
const head = (...lines: string[]) => lines.join('\r\n');

describe('the head of a plain request', () => {
  it('has a URL, a length and headers, whose names are in lower case', () => {
    const plain = readPlainHead(head(LINE, ...NEEDED, 'X-Thing: \t a b\t', 'empty:'));
    expect(plain).toMatchObject({ url: '/v1/x?key=1', bodyBytes: 12, last: false });
    expect(['x-thing', 'empty', 'X-Thing', 'none'].map((name) => plain!.header(name))).toEqual([
      ...['a b', ''],
      ...[undefined, undefined],
    ]);
  });

  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['Keep-Alive', false],
    ['Close', true],
  ])('says whether its connection is kept: %s', (connection, last) => {
    const lines = connection === undefined ? [] : [`Connection: ${connection}`];
    expect(readPlainHead(head(LINE, ...NEEDED, ...lines))?.last).toBe(last);
  });

  it.each<[string, string]>([
    ['another method', head('GET /v1/x HTTP/1.1', ...NEEDED)],
    ['a method in lower case', head('post /v1/x HTTP/1.1', ...NEEDED)],
    ['HTTP/1.0', head('POST /v1/x HTTP/1.0', ...NEEDED)],
    ['a whole URL', head('POST http://a/v1/x HTTP/1.1', ...NEEDED)],
    ['a space in its URL', head('POST /v1/x y HTTP/1.1', ...NEEDED)],
    ['two spaces', head('POST  /v1/x HTTP/1.1', ...NEEDED)],
    ['a character above ASCII in its URL', head('POST /v1/\xe4 HTTP/1.1', ...NEEDED)],
    ['no header', LINE],
    ['no host', head(LINE, 'content-length: 1')],
    ['two hosts', head(LINE, ...NEEDED, 'host: b')],
    ['no length', head(LINE, 'host: a')],
    ['two lengths', head(LINE, ...NEEDED, 'content-length: 12')],
    ['a signed length', head(LINE, 'host: a', 'content-length: +1')],
    ['a list of lengths', head(LINE, 'host: a', 'content-length: 1, 1')],
    ['a hexadecimal length', head(LINE, 'host: a', 'content-length: 0x1')],
    ['an empty length', head(LINE, 'host: a', 'content-length:')],
    ['a length beyond what a number holds', head(LINE, 'host: a', `content-length: ${'9'.repeat(16)}`)],
    ['chunks', head(LINE, 'host: a', 'transfer-encoding: chunked')],
    ['chunks and a length', head(LINE, ...NEEDED, 'Transfer-Encoding: chunked')],
    ['an expectation', head(LINE, ...NEEDED, 'expect: 100-continue')],
    ['an upgrade', head(LINE, ...NEEDED, 'connection: upgrade', 'upgrade: websocket')],
    ['a header of its connection', head(LINE, ...NEEDED, 'connection: close, x-thing')],
    ['a trailer', head(LINE, ...NEEDED, 'trailer: x')],
    ['a header of an old proxy', head(LINE, ...NEEDED, 'proxy-connection: close')],
    ['a header twice', head(LINE, ...NEEDED, 'x: 1', 'X: 2')],
    ['a line without a colon', head(LINE, ...NEEDED, 'nothing')],
    ['a space before the colon', head(LINE, ...NEEDED, 'x : 1')],
    ['a folded line', head(LINE, ...NEEDED, 'x: 1', ' y')],
    ['a line that ends without CR', `${head(LINE, ...NEEDED)}\nx: 1`],
    ['a CR alone', head(LINE, ...NEEDED, 'x: a\rb')],
    ['a NUL', head(LINE, ...NEEDED, 'x: \0')],
    ['65 headers', head(LINE, ...NEEDED, ...Array.from({ length: 63 }, (_, at) => `x${at}: 1`))],
  ])('is not one with %s', (_what, text) => {
    expect(readPlainHead(text)).toBeUndefined();
  });

  it('may have 64 headers', () => {
    const many = Array.from({ length: 62 }, (_, at) => `x${at}: 1`);
    expect(readPlainHead(head(LINE, ...NEEDED, ...many))?.header('x61')).toBe('1');
  });
});

describe('the heads of one connection', () => {
  const lines = ['Host: a', 'X-Thing: b', 'Content-Length:\t12 ', 'Connection: close'];
  const wire = (text: string, behind = '{}') => Buffer.from(`${text}\r\n\r\n${behind}`, 'latin1');

  it('are known when only the length of the body is another', () => {
    const heads = new PlainHeads();
    expect(heads.read(wire(head(LINE, ...lines)))?.bodyBytes).toBe(12);
    const second = heads.read(wire(head(LINE, ...lines).replace('12', '3456')));
    expect(second).toMatchObject({ url: '/v1/x?key=1', bodyBytes: 3_456, last: true });
    expect(['x-thing', 'content-length'].map((name) => second?.header(name))).toEqual(['b', '3456']);
  });

  it('are not known before they are whole', () => {
    const heads = new PlainHeads();
    const bytes = wire(head(LINE, ...lines), '');
    expect(heads.read(bytes)?.bytes).toBe(bytes.length);
    for (let length = 0; length < bytes.length; length += 1)
      expect(heads.read(bytes.subarray(0, length))).toBeUndefined();
  });

  it('are not read beyond 16 KB, known or not', () => {
    const longest = head(LINE, ...lines.slice(0, 1), 'x: ', 'Content-Length: 1');
    const pad = 'a'.repeat(16_384 - longest.length);
    const heads = new PlainHeads();
    const sizes = ['1', '2', '12'].map((digits) => {
      const text = longest.replace('x: ', `x: ${pad}`).replace(/1$/, digits);
      return heads.read(wire(text, ''))?.bytes;
    });
    expect(sizes).toEqual([16_388, 16_388, undefined]);
  });

  it('are each read as if it were the first', () => {
    const line = fc.constantFrom(
      ...lines,
      'content-length: 12',
      'content-length: 7',
      'x-thing: content-length: 1',
    );
    const other = fc.array(line, { maxLength: 5 }).map((some) => head(LINE, ...some));
    const text = head(LINE, ...lines);
    const length = fc.oneof(
      fc.nat().map(String),
      fc.constantFrom('', '+1', '1\r\nx: 1', '1 2', '9'.repeat(16)),
    );
    const alike = length.map((digits) => text.replace('12', digits));
    const cut = fc
      .tuple(fc.nat(text.length), fc.nat(text.length))
      .map(([from, to]) => text.slice(0, from) + text.slice(to));
    fc.assert(
      fc.property(fc.array(fc.oneof(alike, other, cut), { minLength: 2, maxLength: 4 }), (texts) => {
        const heads = new PlainHeads();
        for (const one of texts) {
          // A cut can leave an empty line: the head ends there.
          const [first = ''] = `${one}\r\n\r\n`.split('\r\n\r\n');
          expect(heads.read(wire(one))).toEqual(readPlainHead(first));
        }
      }),
    );
  });
});
