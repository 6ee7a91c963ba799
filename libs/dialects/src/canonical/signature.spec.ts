import { describe, expect, it } from '@jest/globals';
import {
  carriesForeignState,
  packSignature,
  packSignatureBase64,
  packToolCallId,
  unpackSignature,
  unpackSignatureBase64,
  unpackToolCallId,
} from './signature.js';

const signature = { origin: 'anthropic-messages', value: 'Ab+/=.._-\n🎉' } as const;

describe('state of a vendor, carried by a client', () => {
  it('is bare in its own dialect and packed in any other, and comes back as it was', () => {
    expect(packSignature(signature, 'anthropic-messages')).toBe(signature.value);
    for (const dialect of ['anthropic-messages', 'gemini', 'openai-chat'] as const) {
      expect(unpackSignature(packSignature(signature, dialect), dialect)).toEqual(signature);
      expect(unpackSignatureBase64(packSignatureBase64(signature, dialect), dialect)).toEqual(signature);
    }
    expect(packSignatureBase64(signature, 'gemini')).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });

  it('travels in the id of a call, in letters that every vendor takes', () => {
    const packed = packToolCallId('call_1', signature);
    expect(packed).toMatch(/^[\w-]+$/);
    expect(unpackToolCallId(packed)).toEqual({ id: 'call_1', signature });
    expect(packToolCallId('call_1', undefined)).toBe('call_1');
    expect(unpackToolCallId('call_1')).toEqual({ id: 'call_1' });
  });

  it('is looked for once in an id as long as a body', () => {
    const id = '__1tollgate_a_'.repeat(100_000) + '!';
    const startedAt = performance.now();
    expect(unpackToolCallId(id)).toEqual({ id });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('keeps a body from passing as it is', () => {
    for (const packed of [
      packSignature(signature, 'gemini'),
      packSignatureBase64(signature, 'gemini'),
      packToolCallId('call_1', signature),
    ]) {
      expect(carriesForeignState(Buffer.from(JSON.stringify({ x: packed })))).toBe(true);
    }
    expect(carriesForeignState(Buffer.from(JSON.stringify({ x: signature.value })))).toBe(false);
  });
});
