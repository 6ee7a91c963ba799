import { describe, expect, it } from '@jest/globals';
import { Blocks } from './blocks.js';
import type { StreamPart } from './stream.js';

function record(work: (blocks: Blocks) => void): string {
  const parts: StreamPart[] = [];
  work(new Blocks((part) => parts.push(part)));
  return parts.map(label).join(' ');
}

function label(part: StreamPart): string {
  if ('text' in part) return `${part.type}(${part.text})`;
  if (part.type === 'tool-call-start') return `${part.type}(${part.id})`;
  if ('signature' in part && part.signature !== undefined) return `${part.type}(${part.signature.value})`;
  return part.type;
}

const call = (id: string) => ({ id, name: `name-${id}` });

describe('blocks', () => {
  it('open on the first delta and close on another kind', () => {
    const parts = record((blocks) => {
      blocks.reasoning('hm');
      blocks.signReasoning({ origin: 'gemini', value: 's' });
      blocks.text('a');
      blocks.text('');
      blocks.text('b');
      blocks.refusal('no');
      blocks.close();
    });
    expect(parts).toBe(
      'reasoning-start reasoning-delta(hm) reasoning-end(s) text-start text-delta(a) text-delta(b) text-end ' +
        'refusal-start refusal-delta(no) refusal-end',
    );
  });

  it('tell calls one after the other', () => {
    const parts = record((blocks) => {
      blocks.toolCall(0, call('a'));
      blocks.toolInput(0, '{"x"');
      blocks.toolInput(0, ':1}');
      blocks.toolCall(1, call('b'));
      blocks.toolInput(1, '{}');
      blocks.close();
    });
    expect(parts).toBe(
      'tool-call-start(a) tool-input-delta({"x") tool-input-delta(:1}) tool-call-end ' +
        'tool-call-start(b) tool-input-delta({}) tool-call-end',
    );
  });

  it('untangle calls whose arguments come interleaved', () => {
    const parts = record((blocks) => {
      blocks.toolCall(0, call('a'));
      blocks.toolCall(1, call('b'));
      blocks.toolCall(2, call('c'));
      blocks.toolInput(1, '{"y":');
      blocks.toolInput(0, '{"x":');
      blocks.toolInput(1, '2}');
      blocks.toolInput(0, '1}');
      blocks.toolInput(2, '{}');
      blocks.text('done');
      blocks.close();
    });
    expect(parts).toBe(
      'tool-call-start(a) tool-input-delta({"x":) tool-input-delta(1}) tool-call-end ' +
        'tool-call-start(b) tool-input-delta({"y":2}) tool-call-end ' +
        'tool-call-start(c) tool-input-delta({}) tool-call-end text-start text-delta(done) text-end',
    );
  });

  it('keep calls without arguments', () => {
    const parts = record((blocks) => {
      blocks.toolCall(0, call('a'));
      blocks.toolCall(1, call('b'));
      blocks.close();
    });
    expect(parts).toBe('tool-call-start(a) tool-call-end tool-call-start(b) tool-call-end');
  });

  it('refuse arguments for a call that never began or was complete', () => {
    expect(() => record((blocks) => blocks.toolInput(7, '{}'))).toThrow('not open');
    expect(() =>
      record((blocks) => {
        blocks.toolCall(0, call('a'));
        blocks.toolInput(0, '{}');
        blocks.endToolCall(0);
        blocks.toolInput(0, '{}');
      }),
    ).toThrow('not open');
  });

  it('bound the arguments of a call', () => {
    expect(() =>
      record((blocks) => {
        blocks.toolCall(0, call('a'));
        for (let count = 0; count < 20; count += 1) blocks.toolInput(0, 'x'.repeat(1_048_576));
      }),
    ).toThrow('too long');
  });
});
