import { describe, expect, it } from '@jest/globals';
import { answerHead } from './answer-head.js';

describe('the head of an answer', () => {
  it('says how long its body is, and how long the connection waits', () => {
    const head = answerHead(200, ['content-type', 'text/plain', 'content-length', '5'], false, 75);
    expect(head).toEqual({
      text: 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nconnection: keep-alive\r\nkeep-alive: timeout=75\r\n\r\n',
      bodyBytes: 5,
      last: false,
    });
  });

  it('says that its body comes in chunks where it has no length', () => {
    const { text, bodyBytes } = answerHead(200, [], false, 75);
    expect(text).toContain('\r\ntransfer-encoding: chunked\r\n');
    expect(bodyBytes).toBeUndefined();
  });

  it.each([204, 304])('says nothing of a body that there can not be: %i', (status) => {
    const { text, bodyBytes } = answerHead(status, [], false, 75);
    expect(text).not.toMatch(/transfer-encoding|content-length/);
    expect(bodyBytes).toBe(0);
    expect(answerHead(status, ['content-length', '5'], false, 75).bodyBytes).toBe(0);
  });

  it.each<[string, string[], boolean]>([
    ['the server', [], true],
    ['the answer', ['connection', 'close'], false],
  ])('says once that %s closes the connection', (_who, headers, last) => {
    const head = answerHead(401, headers, last, 75);
    expect(head.last).toBe(true);
    expect(head.text.match(/connection/g)).toHaveLength(1);
    expect(head.text).toContain('connection: close\r\n');
  });

  it('can have a status without a name', () => {
    expect(answerHead(529, [], false, 75).text).toMatch(/^HTTP\/1\.1 529 \r\n/);
  });

  it.each([
    ['x', 'a\r\nb: c'],
    ['x', 'a\0'],
    ['x', 'Ā'],
    ['x\r\n', 'a'],
    ['', 'a'],
  ])('refuses a header that would be no header: %j, %j', (name, value) => {
    expect(() => answerHead(200, [name, value], false, 75)).toThrow('would be no header');
  });
});
