import { describe, expect, it } from '@jest/globals';
import { goldenFiles } from '../../test-support/golden-files.js';
import { collected, inTwo, readStream, type ReadStream } from '../../test-support/read-stream.js';
import { replayResponse } from '../canonical/replay.js';
import { FULL_TARGET, type TargetProfile } from '../canonical/target.js';
import { Warnings } from '../canonical/warning.js';
import type { AnswerContext } from '../dialect.js';
import { openaiChat } from './index.js';

const requests = goldenFiles('openai-chat', '.request.json');
const responses = goldenFiles('openai-chat', '.response.json');
const streams = goldenFiles('openai-chat', '.stream.sse');

const { inbound, outbound } = openaiChat;
const TARGET: TargetProfile = {
  ...FULL_TARGET,
  model: 'vendor-model',
  reasoningHistory: 'reasoning_details',
};

describe.each(requests)('the request $name', ({ text }) => {
  it('is written again as it was', () => {
    const wire = JSON.parse(text) as Record<string, unknown>;
    const { body, warnings } = outbound.encodeRequest(inbound.decodeRequest(JSON.parse(text)), TARGET);
    expect(JSON.parse(JSON.stringify(body))).toEqual({ ...normalForm(wire), model: 'vendor-model' });
    expect(warnings).toEqual([]);
  });
});

/** Details stand for the words beside them; members within messages that nobody knows are left out. */
function normalForm(wire: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(wire)
    .replace(/"reasoning":"[^"]*",/, '')
    .replace('[{"type":"text","text":"Hello","mood":"glad"}],"sent_at":1779870000', '"Hello"');
  return JSON.parse(text) as Record<string, unknown>;
}

const partsOf = (stream: Buffer, cut = 0): ReadStream => readStream(outbound, inTwo(stream, cut));

const STREAMS = streams.filter(({ name }) => name !== 'error-in-stream');

describe.each(STREAMS)('the stream $name', ({ name, text }) => {
  const stream = Buffer.from(text);
  const whole = partsOf(stream, stream.length);
  const answer = responses.find((file) => file.name === name);

  it('says the same split at every byte', () => {
    expect(whole.complete).toBe(true);
    for (let cut = 0; cut < stream.length; cut += 7) expect(partsOf(stream, cut)).toEqual(whole);
  });

  it('is complete only with its end, cut after any event', () => {
    const events = stream.toString().split('\n\n').slice(0, -1);
    for (let count = 0; count < events.length; count += 1) {
      const text = events.slice(0, count).join('\n\n');
      const { complete } = partsOf(Buffer.from(text), text.length);
      expect(complete).toBe(unfinished(text) === 0);
    }
  });

  it('begins once, before everything else, and finishes every choice once', () => {
    const starts = whole.parts.map(({ type }, index) => (type === 'response-start' ? index : -1));
    expect(starts.filter((index) => index >= 0)).toEqual([0]);
    const finished = whole.parts.flatMap((part) => (part.type === 'finish' ? [part.choice] : []));
    expect(finished).toEqual([...new Set(finished)]);
    expect(finished.length).toBe(name === 'several-choices' ? 2 : 1);
  });

  if (answer !== undefined)
    it('holds what the whole answer holds', () => {
      const response = outbound.decodeResponse(JSON.parse(answer.text));
      const streamed = collected(whole.parts);
      expect(streamed.choices).toEqual(response.choices);
      expect(streamed.usage).toEqual(response.usage);
    });
});

/** Choices that began and gave no reason to finish; 1 for a stream that did not begin. */
function unfinished(text: string): number {
  const began = new Set(text.match(/"index":\d,"delta"/g) ?? []).size;
  return began === 0 ? 1 : began - (text.match(/"finish_reason":"/g) ?? []).length;
}

describe('a stream that fails', () => {
  it('raises the error of the vendor', () => {
    const stream = Buffer.from(streams.find(({ name }) => name === 'error-in-stream')?.text ?? '');
    expect(() => partsOf(stream, 0)).toThrow(
      expect.objectContaining({ code: 'upstream_error', retry: 'next-channel' }),
    );
  });
});

describe.each(responses)('the answer $name', ({ text: written }) => {
  const response = outbound.decodeResponse(JSON.parse(written));
  const context = (): AnswerContext => ({
    request: inbound.decodeRequest({ model: 'm', messages: [] }),
    requestId: 'r1',
    now: 1_779_870_000,
    warnings: new Warnings(),
    streamUsage: true,
  });

  it('is read by a client as the vendor wrote it', () => {
    const told = context();
    const again = outbound.decodeResponse(JSON.parse(JSON.stringify(inbound.encodeResponse(response, told))));
    expect(again).toEqual(response);
    expect(told.warnings.list).toEqual([]);
  });

  it('is streamed to a client as it is written whole', () => {
    const encoder = inbound.encodeStream(context());
    let text = '';
    replayResponse(response, (part) => {
      text += encoder.push(part);
    });
    const { parts, complete } = partsOf(Buffer.from(text + encoder.end()), 0);
    const { serviceTier: _, ...whole } = response;
    expect(collected(parts)).toEqual(whole);
    expect(complete).toBe(true);
  });
});
