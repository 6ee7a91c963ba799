import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { replayResponse } from '../canonical/replay.js';
import type { CanonicalResponse } from '../canonical/response.js';
import { Warnings } from '../canonical/warning.js';
import type { AnswerContext } from '../dialect.js';
import { openaiCompletions } from './index.js';

const { inbound } = openaiCompletions;
const decode = (body: object) => inbound.decodeRequest({ model: 'm', prompt: 'Once', ...body });
const context = (): AnswerContext => ({
  request: decode({}),
  requestId: 'r1',
  now: 1_700_000_000,
  warnings: new Warnings(),
  streamUsage: true,
});

describe('a Completions request', () => {
  it.each(['Once', ['Once']])('%j is what a user says', (prompt) => {
    expect(
      decode({ prompt, max_tokens: 5, stop: 'x', n: 2, logprobs: 3, temperature: 0, user: 'u', top_k: 4 }),
    ).toEqual({
      origin: 'openai-completions',
      model: 'm',
      stream: false,
      system: [],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Once' }] }],
      tools: [],
      outputTokensMax: 5,
      stopSequences: ['x'],
      sampling: { temperature: 0 },
      choices: 2,
      logprobs: { top: 3 },
      user: 'u',
      extensions: { top_k: 4 },
    });
  });

  it.each([
    [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ prompt: [1, 2] }, 'prompt'],
    [{ prompt: [[1, 2]] }, 'prompt'],
    [{ prompt: [] }, 'prompt'],
    [{ suffix: 'end' }, 'suffix'],
    [{ echo: true }, 'echo'],
    [{ best_of: 2 }, 'best_of'],
  ])('is refused where only Completions could: %j', (body, field) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'unsupported_feature', field }));
  });

  it.each([
    [{ prompt: 7 }, 'prompt'],
    [{ n: 0 }, 'n'],
    [{ stop: 7 }, 'stop'],
  ])('that is wrong names the field: %j', (body, field) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'invalid_request', field }));
  });

  it('is read in its bytes', () => {
    const bytes = Buffer.from('{"model":"m","prompt":"a","n":3,"max_tokens":4,"stream":true}');
    const body = inbound.readRequest(bytes);
    expect(body.envelope).toMatchObject({ model: 'm', streamed: true, outputTokensMax: 12, choices: 3 });
    const patch = { model: 'v', streamUsage: true, outputLimitField: 'max_tokens', outputTokensMax: 2 };
    expect(JSON.parse(body.encode(patch).toString())).toEqual({
      model: 'v',
      prompt: 'a',
      n: 3,
      max_tokens: 2,
      stream: true,
      stream_options: { include_usage: true },
    });
  });
});

const ANSWER: CanonicalResponse = {
  id: 'chatcmpl-1',
  model: 'v',
  createdAt: 1_600_000_000,
  choices: [
    {
      parts: [
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: ' upon a time' },
      ],
      finish: { reason: 'length', raw: null },
      logprobs: [{ token: ' upon', logprob: -0.5, top: [{ token: ' upon', logprob: -0.5 }] }],
    },
  ],
  usage: { input: 3, output: 5 },
};

const head = { id: 'cmpl-r1', object: 'text_completion', created: 1_600_000_000, model: 'v' };
const logprobs = {
  tokens: [' upon'],
  token_logprobs: [-0.5],
  top_logprobs: [{ ' upon': -0.5 }],
  text_offset: [0],
};

describe('a Completions answer', () => {
  it('is text', () => {
    const told = context();
    expect(inbound.encodeResponse(ANSWER, told)).toEqual({
      ...head,
      choices: [{ text: ' upon a time', index: 0, logprobs, finish_reason: 'length' }],
      usage: expect.objectContaining({ prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 }) as object,
    });
    expect(told.warnings.list.map(({ field }) => field)).toEqual(['answer.reasoning']);
  });

  it('is streamed as it is written whole', () => {
    const told = context();
    const encoder = inbound.encodeStream(told);
    let text = '';
    replayResponse(ANSWER, (part) => {
      text += encoder.push(part);
    });
    const events = (text + encoder.end()).trimEnd().split('\n\n');
    expect(events.pop()).toBe('data: [DONE]');
    expect(events.map((event) => JSON.parse(event.slice(6)) as unknown)).toEqual([
      {
        ...head,
        choices: [{ index: 0, text: ' upon a time', logprobs: null, finish_reason: null }],
        usage: null,
      },
      { ...head, choices: [{ index: 0, text: '', logprobs, finish_reason: null }], usage: null },
      { ...head, choices: [{ index: 0, text: '', logprobs: null, finish_reason: 'length' }], usage: null },
      { ...head, choices: [], usage: expect.objectContaining({ total_tokens: 8 }) as object },
    ]);
    expect(told.warnings.list.map(({ field }) => field)).toEqual(['answer.reasoning']);
  });

  it('fails with an error as the other APIs of OpenAI have it', () => {
    const error = new GatewayError('upstream_cut', 'The vendor broke off.');
    expect(inbound.encodeStream(context()).fail(error)).toContain('"code":"upstream_cut"');
    expect(inbound.encodeError(error, 'r1')).toMatchObject({ status: 502 });
  });
});
