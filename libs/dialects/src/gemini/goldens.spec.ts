import { describe, expect, it } from '@jest/globals';
import { goldenFiles } from '../../test-support/golden-files.js';
import { collected, inTwo, openBlocks, readAsFarAsItGoes } from '../../test-support/read-stream.js';
import type { CanonicalResponse } from '../canonical/response.js';
import { FULL_TARGET } from '../canonical/target.js';
import { PassingStream } from '../sse/passing-stream.js';
import { decodeRequest } from './decode-request.js';
import { decodeResponse } from './decode-response.js';
import { encodeRequest } from './encode-request.js';
import { gemini } from './index.js';
import { readUsage } from './usage.js';
import { GeminiStreamWatcher } from './watch-stream.js';

const requests = goldenFiles('gemini', '.request.json');
const responses = goldenFiles('gemini', '.response.json');
const streams = goldenFiles('gemini', '.stream.sse');

const PATH = { operation: 'chat', model: 'client-model', streamed: false } as const;
const TARGET = { ...FULL_TARGET, model: 'gemini-2.5-flash', reasoning: 'gemini-budget' } as const;

describe('requests of clients', () => {
  it.each(requests.filter(({ name }) => name !== 'unknown-members'))(
    'come out for a vendor of the dialect as they were written: $name',
    ({ text }) => {
      const wire: unknown = JSON.parse(text);
      const { body, warnings } = encodeRequest(decodeRequest(wire, PATH), TARGET);
      expect(JSON.parse(JSON.stringify(body))).toEqual(wire);
      expect(warnings).toEqual([]);
    },
  );

  it('keep members that nobody knows yet, but for those of parts', () => {
    const wire = JSON.parse(requests.find(({ name }) => name === 'unknown-members')?.text ?? '');
    const { body } = encodeRequest(decodeRequest(wire, PATH), TARGET);
    expect(body).toEqual({ ...wire, contents: [{ role: 'user', parts: [{ text: 'Is it warm?' }] }] });
  });
});

const decode = (pieces: readonly Buffer[]) => {
  const { failure, ...read } = readAsFarAsItGoes(gemini.outbound, pieces);
  return { ...read, failed: failure !== undefined };
};

const whole = ({ name }: { name: string }) => name !== 'error-in-stream';

describe('streams of vendors', () => {
  it.each(streams)('are read the same however they are cut: $name', ({ text }) => {
    const bytes = Buffer.from(text);
    const uncut = decode([bytes]);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      expect(decode(inTwo(bytes, cut))).toEqual(uncut);
    }
  });

  it.each(streams)('are complete only at their end: $name', ({ name, text }) => {
    const events = text.split('\r\n\r\n').slice(0, -1);
    for (let count = 0; count < events.length; count += 1) {
      const { complete, parts } = decode([Buffer.from(events.slice(0, count).join('\r\n\r\n'))]);
      expect(complete).toBe(false);
      expect(openBlocks(parts)).toBe(0);
    }
    expect(decode([Buffer.from(text)])).toMatchObject(
      whole({ name }) ? { complete: true, failed: false } : { complete: false, failed: true },
    );
  });

  it.each(
    streams.flatMap(({ name, text }) =>
      responses
        .filter((response) => response.name === name)
        .map((response) => ({ ...response, text, answer: response.text })),
    ),
  )('say what the whole answer says: $name', ({ text, answer }) => {
    expect(essence(collected(decode([Buffer.from(text)]).parts))).toEqual(
      essence(decodeResponse(JSON.parse(answer))),
    );
  });

  it.each(streams.filter(whole))('are counted the same when they pass: $name', ({ text }) => {
    const tap = new PassingStream(new GeminiStreamWatcher({ choices: 1 }));
    const half = Math.floor(text.length / 2);
    tap.push([Buffer.from(text.slice(0, half))]);
    tap.push([Buffer.from(text.slice(half))]);
    tap.end();
    expect(tap.usage).toEqual(collected(decode([Buffer.from(text)]).parts).usage);
    expect(tap).toMatchObject({ complete: true, failed: false });
  });

  it.each(responses)('so are whole answers: $name', ({ text }) => {
    expect(readUsage(Buffer.from(text))).toEqual(decodeResponse(JSON.parse(text)).usage);
  });
});

/** Without ids: those that are made hold the id of the answer. */
function essence({ choices, usage }: CanonicalResponse): unknown {
  const parts = choices.map((choice) =>
    choice.parts.map((part) => (part.type === 'tool-call' ? { ...part, id: '' } : part)),
  );
  return { usage, choices: choices.map((choice, index) => ({ ...choice, parts: parts[index] })) };
}
