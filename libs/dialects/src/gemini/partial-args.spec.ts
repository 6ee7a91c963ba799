import { describe, expect, it } from '@jest/globals';
import { PartialArguments } from './partial-args.js';

const assemble = (...pieces: object[]): unknown => {
  const args = new PartialArguments();
  for (const piece of pieces) args.push([piece]);
  return JSON.parse(args.text);
};

describe('arguments in pieces', () => {
  it('are put where they belong', () => {
    expect(
      assemble(
        { jsonPath: '$.a.b', stringValue: 'one ' },
        { jsonPath: '$.a.b', stringValue: 'two' },
        { jsonPath: '$.list[1]', numberValue: 2 },
        { jsonPath: '$.list[0]', boolValue: false },
        { jsonPath: "$['odd name'].x", nullValue: 'NULL_VALUE' },
        { jsonPath: '$.__proto__.x', stringValue: 'own' },
      ),
    ).toEqual(
      JSON.parse('{"a":{"b":"one two"},"list":[false,2],"odd name":{"x":null},"__proto__":{"x":"own"}}'),
    );
    expect(({} as { x?: string }).x).toBeUndefined();
  });

  it.each(['', '$', '$..a', '$.a[', '$.a[99999999]', `$${'.a'.repeat(100)}`])(
    'have no place at %j',
    (jsonPath) => {
      expect(() => assemble({ jsonPath, stringValue: 'x' })).toThrow(
        expect.objectContaining({ code: 'upstream_invalid_response' }),
      );
    },
  );

  it('are an empty object when none come', () => {
    expect(assemble()).toEqual({});
  });
});
