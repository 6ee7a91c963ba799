import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidResponse } from './invalid-response.js';
import { ResponseReader } from './response-reader.js';

interface Heard {
  status: number;
  body: string;
}

/** Reads the pieces one after the other out of the same bytes, as sockets do. */
function read(pieces: readonly string[]): { heard: Heard; reader: ResponseReader; left: number } {
  const heard: Heard = { status: 0, body: '' };
  const kept: Buffer[] = [];
  const reader = new ResponseReader({
    response: (status) => (heard.status = status),
    data: (bytes) => kept.push(bytes),
  });
  const shared = Buffer.alloc(131_072);
  let left = 0;
  for (const piece of pieces) {
    if (reader.whole) {
      left += piece.length;
      continue;
    }
    const bytes = shared.subarray(0, shared.write(piece, 'latin1'));
    left += bytes.length - reader.read(bytes);
    shared.fill('!');
  }
  heard.body = Buffer.concat(kept).toString('latin1');
  return { heard, reader, left };
}

function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end));
}

const chunked = (...rest: string[]) =>
  ['HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', ...rest].join('\r\n');
const places = fc.array(fc.nat(5_000), { maxLength: 40 });

describe('the reading of an answer', () => {
  it('finds the same in it however it is cut: a length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary-ascii' }), places, (body, cuts) => {
        const text = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nX: y\r\n\r\n${body}`;
        const { heard, reader, left } = read(cut(text, cuts));
        expect(heard).toEqual({ status: 200, body });
        expect({ whole: reader.whole, left }).toEqual({ whole: true, left: 0 });
      }),
    );
  });

  it('finds the same in it however it is cut: chunks, extensions and trailers', () => {
    const chunk = fc.tuple(
      fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }),
      fc.constantFrom('', ';a=b', ' \t ', ' ; "q\\""'),
      fc.boolean(),
    );
    const trailers = fc.array(fc.constantFrom('x: y\r\n', 'Expires: 0\r\n'), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 12 }), trailers, places, (chunks, ends, cuts) => {
        const framed = chunks.map(([data, extension, upper]) => {
          const size = data.length.toString(16).padStart(upper ? 4 : 1, '0');
          return `${upper ? size.toUpperCase() : size}${extension}\r\n${data}\r\n`;
        });
        const text = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${framed.join('')}0\r\n${ends.join('')}\r\n`;
        const { heard, reader, left } = read(cut(text, cuts));
        expect(heard.body).toBe(chunks.map(([data]) => data).join(''));
        expect({ whole: reader.whole, left }).toEqual({ whole: true, left: 0 });
      }),
    );
  });

  it('makes one piece of the chunks that came together', () => {
    const pieces: string[] = [];
    const reader = new ResponseReader({
      response: () => undefined,
      data: (bytes) => pieces.push(bytes.toString()),
    });
    reader.read(Buffer.from(chunked('3', 'one', '3', 'two', '5', 'thr')));
    reader.read(Buffer.from('ee\r\n0\r\n\r\n'));
    expect(pieces).toEqual(['onetwothr', 'ee']);
  });

  it('keeps no more in memory than twice what it found', () => {
    const pieces: Buffer[] = [];
    const reader = new ResponseReader({ response: () => undefined, data: (bytes) => pieces.push(bytes) });
    reader.read(Buffer.from(chunked('')));
    for (let count = 0; count < 20; count += 1) reader.read(Buffer.from(`1;${'x'.repeat(60_000)}\r\n!\r\n`));
    expect(Buffer.concat(pieces).toString()).toBe('!'.repeat(20));
    const kept = new Set(pieces.map(({ buffer }) => buffer));
    // Small pieces share what Node keeps for them.
    expect(kept.size).toBeLessThan(4);
  });

  it('passes over interim answers', () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n';
    fc.assert(
      fc.property(places, (cuts) => {
        const text = `HTTP/1.1 100 Continue\r\n\r\n${early}HTTP/1.1 201 Made\r\ncontent-length: 2\r\n\r\nok`;
        expect(read(cut(text, cuts)).heard).toEqual({ status: 201, body: 'ok' });
      }),
    );
  });

  it('leaves what comes behind it', () => {
    const { reader, left } = read(['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n']);
    expect({ whole: reader.whole, left }).toEqual({ whole: true, left: 17 });
    expect(read([chunked('2', 'ok', '0', '', 'more')]).left).toBe(4);
    expect(read(['HTTP/1.1 204 No\r\n\r\nmore']).left).toBe(4);
  });

  it('ends with its connection only where nothing else says its end', () => {
    expect(read(['HTTP/1.1 200 OK\r\n\r\nall']).reader.close()).toBe(true);
    expect(read(['HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nall']).reader.close()).toBe(false);
    expect(read([chunked('3', 'all', '')]).reader.close()).toBe(false);
    expect(read(['HTTP/1.1 200 OK\r\n']).reader.close()).toBe(false);
    expect(read([]).reader.close()).toBe(false);
  });

  it.each<[string, string]>([
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(65_536)}`],
    ['a head that is too large', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(65_536)}\r\n\r\n`],
    ['another protocol', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n'],
    ['a chunk without size', chunked('', 'x')],
    ['a chunk whose size is no number', chunked('x', 'x')],
    ['a chunk whose size has a space within', chunked('1 0', 'x')],
    ['a chunk whose size ends with a no-break space', chunked('1\xa0', 'x')],
    ['a chunk with a negative size', chunked('-1', 'x')],
    ['a chunk with a size of 13 digits', chunked('1000000000000', 'x')],
    ['a chunk that is longer than it says', chunked('2', 'xyz', '0', '', '')],
    ['a chunk that ends without CR', chunked('2', 'xy\n0', '', '')],
    ['a size that ends without CR', chunked('2\nxy', '0', '', '')],
    ['an extension that ends without CR', chunked('2;a=b\nxy', '0', '', '')],
    ['an extension with NUL', chunked('2;a\0', 'xy', '0', '', '')],
    ['a trailer with NUL', chunked('0', 'x: \0', '', '')],
    ['a CR alone after a size', chunked('2\rxy', '0', '', '')],
    ['a trailer that ends without CR', chunked('0', 'x: y\n', '')],
    ['an empty line without CR at the end', chunked('0', '\n')],
    ['trailers without end', chunked('0', ...new Array<string>(9_000).fill('x-trailer: y'))],
    ['an extension without end', chunked(`2;${'x'.repeat(65_537)}`)],
  ])('is refused with %s', (_what, text) => {
    expect(() => read([text])).toThrow(InvalidResponse);
    expect(() => read(cut(text, [1, 30, 47, 48, 49, 50, 51, 52, 53]))).toThrow(InvalidResponse);
  });
});
