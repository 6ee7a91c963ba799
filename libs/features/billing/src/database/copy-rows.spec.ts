import { describe, expect, it } from '@jest/globals';
import { copyText } from './copy-rows.js';

type Value = string | number | boolean | null;
const columns = [0, 1].map((index) => ({
  name: `column_${index}`,
  value: (row: readonly Value[]) => row[index] ?? null,
}));

describe('copyText', () => {
  it('writes a line a row', () => {
    expect(
      copyText(columns, [
        ['a', 1.5],
        [true, null],
      ]),
    ).toBe('a\t1.5\ntrue\t\\N\n');
  });

  it('escapes what COPY would read as something else', () => {
    expect(copyText(columns, [['\\N', 'tab\t, line\r\n']])).toBe('\\\\N\ttab\\t, line\\r\\n\n');
    expect(copyText(columns, [['\\.', '']])).toBe('\\\\.\t\n');
  });
});
