import { describe, expect, it } from '@jest/globals';
import { MessageParser } from './message-parser.js';

interface Message {
  startLine: string;
  body: string;
}

/** Feeds the text in pieces of the given size, always through the same memory, as a socket does. */
function read(text: string, pieceBytes: number): Message[] {
  const complete: Message[] = [];
  let current: Message = { startLine: '', body: '' };
  const parser = new MessageParser({
    head: ({ startLine }) => (current = { startLine, body: '' }),
    body: (bytes) => (current.body += bytes.toString('latin1')),
    complete: () => complete.push(current),
  });
  const memory = Buffer.alloc(pieceBytes);
  const all = Buffer.from(text, 'latin1');
  for (let offset = 0; offset < all.length; offset += pieceBytes) {
    const copied = all.copy(memory, 0, offset, offset + pieceBytes);
    parser.push(memory.subarray(0, copied));
  }
  expect(parser.idle).toBe(true);
  return complete;
}

const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello';
const empty = 'HTTP/1.1 500 Oh\r\ncontent-length:0\r\n\r\n';
const chunked =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;name=value\r\n, \r\nworld!\r\n0\r\nTrailer: 1\r\n\r\n';
const request = 'POST /v1/x HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi';
const bare = 'GET / HTTP/1.1\r\nhost: here\r\n\r\n';

describe('the parser of mock and load', () => {
  it.each([1, 2, 3, 7, 64, 4_096])(
    'reads message after message of one connection in pieces of %d bytes',
    (size) => {
      expect(read(sized + chunked + empty + request + bare + sized, size)).toEqual([
        { startLine: 'HTTP/1.1 200 OK', body: 'hello' },
        { startLine: 'HTTP/1.1 200 OK', body: 'hello, \r\nworld!' },
        { startLine: 'HTTP/1.1 500 Oh', body: '' },
        { startLine: 'POST /v1/x HTTP/1.1', body: 'hi' },
        { startLine: 'GET / HTTP/1.1', body: '' },
        { startLine: 'HTTP/1.1 200 OK', body: 'hello' },
      ]);
    },
  );

  it.each([
    ['an answer of unknown length', 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n', /neither content-length/],
    ['a chunk without a size', `${chunked.slice(0, chunked.indexOf('5\r\n'))}x\r\n`, /No size of a chunk/],
    ['a chunk longer than its size', chunked.replace('5\r\nhello', '4\r\nhello'), /longer than its size/],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'x'.repeat(70_000)}`, /more than 65536 bytes/],
  ])('refuses %s', (_name, text, message) => {
    expect(() => read(text, 10_000)).toThrow(message);
  });

  it('says when a connection ends within a message', () => {
    const parser = new MessageParser({ head: () => 0, body: () => 0, complete: () => 0 });
    parser.push(Buffer.from(sized.slice(0, -1)));
    expect(parser.idle).toBe(false);
  });
});
