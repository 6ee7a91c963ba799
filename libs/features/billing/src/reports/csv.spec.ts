import { describe, expect, it } from '@jest/globals';
import { toCsv } from './csv.js';

const cell = (value: string | number | null): string =>
  toCsv(['h'], [[value]]).slice('h\r\n'.length, -'\r\n'.length);

describe('CSV', () => {
  it('is a line for the header and one for each row', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x', 1],
          [null, '0.00026'],
        ],
      ),
    ).toBe('a,b\r\nx,1\r\n,0.00026\r\n');
  });

  it.each([
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
  ])('quotes %j', (value, text) => {
    expect(cell(value)).toBe(text);
  });

  it.each(['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', ' =1', '\r=1'])('defuses %j', (value) => {
    expect(cell(value).replace(/^"/, '')).toMatch(/^'/);
  });

  it.each(['-0.5', '12', '-3', '0.000000001'])('leaves the number %s alone', (value) => {
    expect(cell(value)).toBe(value);
  });
});
