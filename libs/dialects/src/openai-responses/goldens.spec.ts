import { describe, expect, it } from '@jest/globals';
import { goldenFiles } from '../../test-support/golden-files.js';
import { collected, inTwo, readStream, type ReadStream } from '../../test-support/read-stream.js';
import { replayResponse } from '../canonical/replay.js';
import { FULL_TARGET, type TargetProfile } from '../canonical/target.js';
import { Warnings } from '../canonical/warning.js';
import type { AnswerContext } from '../dialect.js';
import { openaiResponses } from './index.js';

const requests = goldenFiles('openai-responses', '.request.json');
const responses = goldenFiles('openai-responses', '.response.json');
const streams = goldenFiles('openai-responses', '.stream.sse');

const { inbound, outbound } = openaiResponses;
const TARGET: TargetProfile = { ...FULL_TARGET, model: 'vendor-model' };

describe.each(requests)('the request $name', ({ name, text }) => {
  it('is written again as it was, but for its normal form', () => {
    const wire = JSON.parse(text) as Record<string, unknown>;
    const { body, warnings } = outbound.encodeRequest(inbound.decodeRequest(JSON.parse(text)), TARGET);
    expect(JSON.parse(JSON.stringify(body))).toEqual({
      ...wire,
      model: 'vendor-model',
      ...NORMAL_FORMS[name],
    });
    expect(warnings).toEqual([]);
  });
});

/** Instructions before the conversation are `instructions` and one message. */
const NORMAL_FORMS: Readonly<Record<string, object>> = {
  'system-array': {
    instructions: 'You answer in one sentence.',
    input: [
      {
        type: 'message',
        role: 'system',
        content: [
          { type: 'input_text', text: 'Write British English.' },
          { type: 'input_text', text: 'Never name a brand.' },
        ],
      },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'What is a lorry?' }] },
    ],
  },
};

const partsOf = (stream: Buffer, cut = 0): ReadStream => readStream(outbound, inTwo(stream, cut));

const STREAMS = streams.filter(({ name }) => name !== 'error-in-stream');

describe.each(STREAMS)('the stream $name', ({ name, text }) => {
  const stream = Buffer.from(text);
  const whole = partsOf(stream);
  const answer = responses.find((file) => file.name === name);

  it('says the same split at every byte', () => {
    expect(whole.complete).toBe(true);
    // Events are parted the same way everywhere: a step that is prime to their length meets every place in some stream.
    for (let cut = 0; cut < stream.length; cut += 13) expect(partsOf(stream, cut)).toEqual(whole);
  });

  it('is complete only with its last event, cut after any', () => {
    const events = stream.toString().split(/(?<=\n\n)/);
    for (let count = 0; count < events.length; count += 1) {
      expect(partsOf(Buffer.from(events.slice(0, count).join(''))).complete).toBe(false);
    }
  });

  it('says the same where a vendor leaves out what repeats', () => {
    const lean = stream
      .toString()
      .split(/(?<=\n\n)/)
      .filter(
        (event) =>
          !/^event: response\.(?:in_progress|output_text\.done|\w+_part\.\w+|\w+_(?:text|arguments)\.done)\n/.test(
            event,
          ),
      )
      .join('');
    expect(essenceOf(partsOf(Buffer.from(lean)))).toEqual(essenceOf(whole));
  });

  it('says the same where only the last event holds the answer', () => {
    const [first = '', ...others] = stream.toString().split(/(?<=\n\n)/);
    expect(essenceOf(partsOf(Buffer.from(first + (others.at(-1) ?? ''))))).toEqual(essenceOf(whole));
  });

  if (answer !== undefined)
    it('holds what the whole answer holds', () => {
      const { serviceTier: _, ...response } = outbound.decodeResponse(JSON.parse(answer.text));
      expect(collected(whole.parts)).toEqual(response);
    });
});

/** Without the places of things: citations, and the end of what is open. */
function essenceOf({ parts, complete }: ReadStream) {
  return { response: collected(parts), complete };
}

describe('a stream that fails', () => {
  it('raises the error of the vendor', () => {
    const stream = Buffer.from(streams.find(({ name }) => name === 'error-in-stream')?.text ?? '');
    expect(() => partsOf(stream)).toThrow(
      expect.objectContaining({ code: 'upstream_error', retry: 'next-channel' }),
    );
  });
});

describe.each(responses)('the answer $name', ({ text: written }) => {
  const response = outbound.decodeResponse(JSON.parse(written));
  const context = (): AnswerContext => ({
    request: inbound.decodeRequest({ model: 'm', input: 'Hello' }),
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
    const { parts, complete } = partsOf(Buffer.from(text + encoder.end()));
    const { serviceTier: _, ...whole } = response;
    expect(collected(parts)).toEqual(whole);
    expect(complete).toBe(true);
  });
});
