import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor, toPage } from './page.js';

describe('pages', () => {
  it('end with a cursor when there is one more row, and the cursor leads on', () => {
    const page = toPage(['a', 'b', 'c'], 2, (row) => [row]);
    expect(page.items).toEqual(['a', 'b']);
    expect(decodeCursor(page.nextCursor ?? '', 1)).toEqual(['b']);
  });

  it.each([[[]], [['a']], [['a', 'b']]])('%j is the last page of two', (rows: string[]) => {
    expect(toPage(rows, 2, (row) => [row])).toEqual({ items: rows, nextCursor: null });
  });

  it('begin without a cursor', () => {
    expect(decodeCursor(undefined, 2)).toBeUndefined();
  });

  it.each([
    '',
    'garbage',
    Buffer.from('{"a":1}').toString('base64url'),
    Buffer.from('[1,2]').toString('base64url'),
    encodeCursor(['one']),
    encodeCursor(['one', 'two\u0000']),
  ])('refuse the foreign cursor %j', (cursor) => {
    expect(() => decodeCursor(cursor, 2)).toThrow('cursor must be the nextCursor of a page before');
  });
});
