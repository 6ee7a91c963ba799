import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonWriter } from './json-writer.js';

function written(write: (out: JsonWriter) => void): string {
  const out = new JsonWriter();
  write(out);
  return String(out.part());
}

describe('a writer of JSON', () => {
  it.each([0, 9, 10, 99, 2 ** 31 - 1, 2 ** 31, 999_999_999_999, 10 ** 9, Number.MAX_SAFE_INTEGER])(
    'writes %d as JSON.stringify does',
    (value) => {
      expect(written((out) => out.number(value))).toBe(`${value}`);
    },
  );

  it('writes each number so that it is read as what it was', () => {
    const numbers = fc.oneof(
      fc.maxSafeNat(),
      fc.maxSafeNat().map((thousandths) => thousandths / 1_000),
      fc.nat(10_000_000).map((thousandths) => thousandths / 1_000),
      fc.double(),
    );
    fc.assert(
      fc.property(numbers, (value) => {
        const expected: unknown = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(written((out) => out.number(value)))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('writes null for no number', () => {
    expect(written((out) => out.number(null))).toBe('null');
  });

  it('puts its pieces behind one another, whatever room they need', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => JSON.stringify(text)),
      fc.maxSafeNat().map(String),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const out = new JsonWriter(1);
        for (const [index, json] of pieces.entries()) {
          if (/^\d/.test(json)) out.number(Number(json));
          else if (index % 2 === 0) out.text(json);
          else out.encoded(Buffer.from(json));
        }
        expect(String(out.part())).toBe(pieces.join(''));
      }),
    );
  });

  it('leaves what is done with as it is, and takes back only what is not', () => {
    const out = new JsonWriter(64);
    out.ascii('"kept"');
    const kept = out.part();
    out.forget();
    out.ascii('"one"');
    out.ascii('"two"');
    out.cut('"one"'.length);
    out.ascii('"more than there is room for, so that what waits has to move to somewhere else"');
    expect(String(kept)).toBe('"kept"');
    expect(String(out.part())).toMatch(/^"one""more than .* else"$/);
  });

  it('has room for a length that is known later, also when it moved meanwhile', () => {
    const out = new JsonWriter(16);
    out.ascii('[1,2]');
    out.forget();
    out.skip(4);
    out.ascii('"a long text, for which there was no room"');
    out.setUint32(0, out.length);
    expect(out.part().readUInt32BE(0)).toBe(out.length);
    expect(out.part(4).toString()).toMatch(/^"a long text.* no room"$/);
  });
});
