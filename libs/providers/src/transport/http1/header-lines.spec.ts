import { describe, expect, it } from '@jest/globals';
import { FIELD_VALUE, isFieldCharacter } from './header-lines.js';

describe('the value of a header', () => {
  it('may hold the same characters, asked one by one or as a whole', () => {
    const codes = Array.from({ length: 0x1_00_00 }, (_, code) => code);
    const wrong = codes.filter(
      (code) => isFieldCharacter(code) !== FIELD_VALUE.test(String.fromCharCode(code)),
    );
    expect(wrong).toEqual([]);
    expect(codes.filter(isFieldCharacter)).toHaveLength(1 + 95 + 128);
  });
});
