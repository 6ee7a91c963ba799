import { describe, expect, it } from '@jest/globals';
import { InvalidResponse } from './invalid-response.js';
import { readHead } from './response-head.js';

const head = (...lines: string[]) => lines.join('\r\n');

describe("the head of a vendor's answer", () => {
  it('has a status and headers, whose names are in lower case', () => {
    const read = readHead(head('HTTP/1.1 429 Too Many', 'Content-Type: text/plain', 'RETRY-After:\t7 '));
    expect(read.status).toBe(429);
    expect({ ...read.headers }).toEqual({ 'content-type': 'text/plain', 'retry-after': '7' });
  });

  it('takes spaces and tabs around a value for no part of it', () => {
    const lines = ['content-type:b', 'retry-after: \t d e\t ', 'connection:', 'keep-alive: \t'];
    const { headers } = readHead(head('HTTP/1.1 200 OK', ...lines, 'content-encoding:\xa0i'));
    expect(headers).toEqual({
      ...{ 'content-type': 'b', 'retry-after': 'd e', connection: '', 'keep-alive': '' },
      'content-encoding': '\xa0i',
    });
  });

  it('keeps each value of a header that comes several times', () => {
    const { headers } = readHead(
      head('HTTP/1.1 200 OK', 'Retry-After: a', 'x: 1', 'retry-after: b', 'Retry-After: c'),
    );
    expect(headers['retry-after']).toEqual(['a', 'b', 'c']);
  });

  it('lets go of headers that nobody reads, also of the same length', () => {
    const { headers } = readHead(
      head('HTTP/1.1 200 OK', 'Set-Cookie: a', '__proto__: x', 'content-mood: b', 'content-type:c:d'),
    );
    expect(headers).toEqual({ 'content-type': 'c:d' });
  });

  it.each<[string, string[], ReturnType<typeof readHead>['framing'], number]>([
    ['a length', ['HTTP/1.1 200', 'content-length: 12'], 'length', 12],
    ['chunks', ['HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked'], 'chunked', 0],
    ['neither', ['HTTP/1.1 200 OK'], 'until-close', 0],
    ['no content', ['HTTP/1.1 204 No', 'content-length: 0'], 'none', 0],
    ['nothing new', ['HTTP/1.1 304 No', 'content-length: 99'], 'none', 0],
    ['only more to come', ['HTTP/1.1 100 Continue'], 'none', 0],
  ])('says where its body ends: with %s', (_what, lines, framing, bodyBytes) => {
    expect(readHead(head(...lines))).toMatchObject({ framing, bodyBytes });
  });

  it.each<[string[], boolean, number | undefined]>([
    [['HTTP/1.1 200 OK', 'content-length: 0'], true, undefined],
    [['HTTP/1.1 200 OK', 'content-length: 0', 'connection: Close'], false, undefined],
    [['HTTP/1.1 200 OK'], false, undefined],
    [['HTTP/1.0 200 OK', 'content-length: 0'], false, undefined],
    [['HTTP/1.0 200 OK', 'content-length: 0', 'connection: keep-alive'], true, undefined],
    [['HTTP/1.1 200 OK', 'content-length: 0', 'keep-alive: timeout=5, max=100'], true, 5_000],
  ])('says whether its connection stays open: %j', (lines, persistent, keepAliveMs) => {
    expect(readHead(head(...lines))).toMatchObject({ persistent, keepAliveMs });
  });

  it.each<[string, string]>([
    ['another protocol', 'HTTP/2 200 OK'],
    ['no status', 'HTTP/1.1 OK'],
    ['a status of four digits', 'HTTP/1.1 2000 OK'],
    ['a line without a colon', head('HTTP/1.1 200 OK', 'nothing')],
    ['an empty name', head('HTTP/1.1 200 OK', ': x')],
    ['a space before the colon', head('HTTP/1.1 200 OK', 'content-length : 5')],
    ['a name that is none among those that nobody reads', head('HTTP/1.1 200 OK', 'x(y): 5')],
    ['a status with a NUL behind it', 'HTTP/1.1 200 O\0K'],
    ['a folded line', head('HTTP/1.1 200 OK', 'x: 1', ' transfer-encoding: chunked')],
    ['a line that ends without CR', 'HTTP/1.1 200 OK\r\nx: 1\ncontent-length: 5'],
    ['a CR alone', 'HTTP/1.1 200 OK\r\nx: 1\rcontent-length: 5'],
    ['a NUL', head('HTTP/1.1 200 OK', 'x: \0')],
    ['a length and chunks', head('HTTP/1.1 200 OK', 'content-length: 5', 'transfer-encoding: chunked')],
    ['two lengths', head('HTTP/1.1 200 OK', 'content-length: 5', 'content-length: 6')],
    ['a length that is no number', head('HTTP/1.1 200 OK', 'content-length: +5')],
    ['a length with a no-break space', head('HTTP/1.1 200 OK', 'content-length: 5\xa0')],
    ['an encoding with a no-break space', head('HTTP/1.1 200 OK', 'transfer-encoding:\xa0chunked')],
    ['a negative length', head('HTTP/1.1 200 OK', 'content-length: -1')],
    ['a list of lengths', head('HTTP/1.1 200 OK', 'content-length: 5, 5')],
    ['an encoding that is not known', head('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked')],
    ['two encodings', head('HTTP/1.1 200 OK', 'transfer-encoding: chunked', 'transfer-encoding: chunked')],
    ['chunks before HTTP/1.1', head('HTTP/1.0 200 OK', 'transfer-encoding: chunked')],
  ])('is refused with %s', (_what, text) => {
    expect(() => readHead(text)).toThrow(InvalidResponse);
  });
});
