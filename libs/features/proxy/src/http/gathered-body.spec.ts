import { describe, expect, it } from '@jest/globals';
import { GatheredBody } from './gathered-body.js';

describe('a gathered body', () => {
  it('keeps few pieces, however small they come', () => {
    const body = new GatheredBody();
    const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 251));
    for (const byte of bytes) body.push(Buffer.of(byte));
    expect(body.pieces).toBeLessThan(1_100);
    expect(body.size).toBe(bytes.length);
    expect(body.bytes().equals(bytes)).toBe(true);
  });

  it('does not copy a body that comes in one piece', () => {
    const body = new GatheredBody();
    const piece = Buffer.from('{}');
    body.push(piece);
    expect(body.bytes()).toBe(piece);
  });

  it('is empty when nothing came', () => {
    expect(new GatheredBody().bytes()).toHaveLength(0);
  });
});
