import { describe, expect, it } from '@jest/globals';
import { goldenFiles } from '../../test-support/golden-files.js';
import { collected, inTwo, openBlocks, readAsFarAsItGoes } from '../../test-support/read-stream.js';
import type { CanonicalResponse } from '../canonical/response.js';
import { FULL_TARGET, type TargetProfile } from '../canonical/target.js';
import { PassingStream } from '../sse/passing-stream.js';
import { decodeRequest } from './decode-request.js';
import { decodeResponse } from './decode-response.js';
import { encodeRequest } from './encode-request.js';
import { anthropicMessages } from './index.js';
import { readUsage } from './usage.js';
import { MessagesStreamWatcher } from './watch-stream.js';

const requests = goldenFiles('anthropic-messages', '.request.json');
const responses = goldenFiles('anthropic-messages', '.response.json');
const streams = goldenFiles('anthropic-messages', '.stream.sse');

const target = (over: Partial<TargetProfile> = {}): TargetProfile => ({
  ...FULL_TARGET,
  model: 'claude-sonnet-4-5',
  reasoning: 'anthropic-budget',
  ...over,
});

describe('requests of clients', () => {
  it.each(requests.filter(({ name }) => name !== 'unknown-members'))(
    'come out for a vendor of the dialect as they were written: $name',
    ({ text }) => {
      const wire: unknown = JSON.parse(text);
      const { body, warnings } = encodeRequest(decodeRequest(wire), target());
      expect(JSON.parse(JSON.stringify(body))).toEqual(wire);
      expect(warnings).toEqual([]);
    },
  );

  it('keep members that nobody knows yet, but for those of blocks', () => {
    const wire = JSON.parse(requests.find(({ name }) => name === 'unknown-members')?.text ?? '');
    const { body } = encodeRequest(decodeRequest(wire), target());
    expect(body).toEqual({ ...wire, messages: [{ role: 'user', content: 'Is it warm?' }] });
  });
});

const decode = (pieces: readonly Buffer[]) => {
  const { failure, ...read } = readAsFarAsItGoes(anthropicMessages.outbound, pieces);
  return { ...read, failed: failure !== undefined };
};

describe('streams of vendors', () => {
  it.each(streams)('are read the same however they are cut: $name', ({ text }) => {
    const bytes = Buffer.from(text);
    const whole = decode([bytes]);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      expect(decode(inTwo(bytes, cut))).toEqual(whole);
    }
  });

  it.each(streams)('are complete only at their end: $name', ({ name, text }) => {
    const events = text.split('\n\n').slice(0, -1);
    for (let count = 0; count < events.length; count += 1) {
      const { complete, parts } = decode([Buffer.from(events.slice(0, count).join('\n\n'))]);
      expect(complete).toBe(false);
      expect(openBlocks(parts)).toBe(0);
    }
    expect(decode([Buffer.from(text)])).toMatchObject(
      name === 'error-in-stream' ? { complete: false, failed: true } : { complete: true, failed: false },
    );
  });

  it.each(streams)('begin once, and finish once: $name', ({ name, text }) => {
    const types = decode([Buffer.from(text)]).parts.map(({ type }) => type);
    expect(types.indexOf('response-start')).toBe(0);
    expect(types.lastIndexOf('response-start')).toBe(0);
    expect(types.filter((type) => type === 'finish')).toHaveLength(name === 'error-in-stream' ? 0 : 1);
  });

  it.each(
    streams.flatMap(({ name, text }) =>
      responses.filter((r) => r.name === name).map((r) => ({ ...r, text, whole: r.text })),
    ),
  )('say what the whole answer says: $name', ({ text, whole }) => {
    expect(essence(collected(decode([Buffer.from(text)]).parts))).toEqual(
      essence(decodeResponse(JSON.parse(whole))),
    );
  });

  it.each(streams.filter(({ name }) => name !== 'error-in-stream'))(
    'are counted the same when they pass: $name',
    ({ text }) => {
      const tap = new PassingStream(new MessagesStreamWatcher());
      const half = Math.floor(text.length / 2);
      tap.push([Buffer.from(text.slice(0, half))]);
      tap.push([Buffer.from(text.slice(half))]);
      tap.end();
      expect(tap.usage).toEqual(collected(decode([Buffer.from(text)]).parts).usage);
      expect(tap).toMatchObject({ complete: true, failed: false });
    },
  );

  it.each(responses)('so are whole answers: $name', ({ text }) => {
    expect(readUsage(Buffer.from(text))).toEqual(decodeResponse(JSON.parse(text)).usage);
  });
});

/** Without ids, and with arguments parsed: streams write them with spaces of their own. */
function essence({ choices, usage }: CanonicalResponse): unknown {
  return {
    usage,
    choices: choices.map((choice) => ({
      ...choice,
      parts: choice.parts
        .map((part) =>
          part.type === 'tool-call' ? { ...part, input: JSON.parse(part.input) as unknown } : part,
        )
        .map((part) => (part.type === 'opaque' ? { kind: part.kind, value: part.value } : part)),
    })),
  };
}
