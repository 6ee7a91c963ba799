import { describe, expect, it } from '@jest/globals';
import { answerHead } from './answer-head.js';

describe('the head of an answer', () => {
  it('says how long its body is, and how long the connection waits', () => {
    const head = answerHead(200, ['content-type', 'text/plain', 'content-length', '5'], false, 75);
    expect({ ...head, bytes: String(head.bytes) }).toEqual({
      bytes:
        'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nconnection: keep-alive\r\nkeep-alive: timeout=75\r\n\r\n',
      framing: { bodyBytes: 5, last: false },
    });
  });

  it('says that its body comes in chunks where it has no length', () => {
    const { bytes, framing } = answerHead(200, [], false, 75);
    expect(String(bytes)).toContain('\r\ntransfer-encoding: chunked\r\n');
    expect(framing.bodyBytes).toBeUndefined();
  });

  it.each([204, 304])('says nothing of a body that there can not be: %i', (status) => {
    const { bytes, framing } = answerHead(status, [], false, 75);
    expect(String(bytes)).not.toMatch(/transfer-encoding|content-length/);
    expect(framing.bodyBytes).toBe(0);
    expect(answerHead(status, ['content-length', '5'], false, 75).framing.bodyBytes).toBe(0);
  });

  it.each<[string, string[], boolean]>([
    ['the server', [], true],
    ['the answer', ['connection', 'close'], false],
  ])('says once that %s closes the connection', (_who, headers, last) => {
    const head = answerHead(401, headers, last, 75);
    expect(head.framing.last).toBe(true);
    expect(String(head.bytes).match(/connection/g)).toHaveLength(1);
    expect(String(head.bytes)).toContain('connection: close\r\n');
  });

  it('can have a status without a name', () => {
    expect(String(answerHead(529, [], false, 75).bytes)).toMatch(/^HTTP\/1\.1 529 \r\n/);
  });

  it('has every value that a header can have, a byte for each character', () => {
    const value = String.fromCharCode(0x09, 0x20, 0x7e, 0x80, 0xff);
    const { bytes } = answerHead(200, ['x', value], false, 75);
    expect(bytes.toString('latin1')).toContain(`\r\nx: ${value}\r\n`);
  });

  it.each([
    ['x', 'a\r\nb: c'],
    ['x', 'a\0'],
    ['x', 'Ā'],
    ['x', 'a\x7f'],
    ['x', 'a\n'],
    ['x\r\n', 'a'],
    ['', 'a'],
  ])('refuses a header that would be no header: %j, %j', (name, value) => {
    expect(() => answerHead(200, [name, value], false, 75)).toThrow('would be no header');
  });
});
