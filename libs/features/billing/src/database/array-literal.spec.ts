import { describe, expect, it } from '@jest/globals';
import { arrayLiteral } from './array-literal.js';

describe('arrayLiteral', () => {
  it.each([
    [[], '{}'],
    [[1, -2, 1.5, true, null], '{1,-2,1.5,true,NULL}'],
    [['gpt-4o', '2026-01-02T03:04:05.000Z'], '{gpt-4o,2026-01-02T03:04:05.000Z}'],
    [['', 'null', 'NULL', 'nullable'], '{"","null","NULL",nullable}'],
    [['two words', 'a,b', '{}', 'a"b', 'a\\b'], '{"two words","a,b","{}","a\\"b","a\\\\b"}'],
    [['{"a":[1]}'], '{"{\\"a\\":[1]}"}'],
  ])('writes %j as %s', (elements, literal) => {
    expect(arrayLiteral(elements)).toBe(literal);
  });
});
