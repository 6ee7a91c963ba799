import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { storedResponseKey } from '@tollgate/contracts';
import { chatCompletion, chatStreamEvents, chatVendor, eventually, FakeVendor } from '@tollgate/testing';
import { chat, contents, gemini, MODELS } from '../test-support/model-m.js';
import { ProxyWorld, type SendOptions } from '../test-support/proxy-world.js';

const RESPONSES = { path: '/v1/responses' };
const MIB = 1_048_576;
const refusal = { error: { message: 'Incorrect API key provided: sk-up-c1', code: 'invalid_api_key' } };
const stored = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  output: [],
  usage: { input_tokens: 1, output_tokens: 1 },
};

const picture = (length: number) => {
  const inlineData = { mimeType: 'image/png', data: 'A'.repeat(length) };
  return JSON.stringify({
    candidates: [{ content: { parts: [{ inlineData }] } }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 1_290 },
  });
};

/** Leaves after so many bytes of the answer, but before its end. */
const leaving = (bytesMin: number): SendOptions => {
  let left = bytesMin;
  return {
    onData: (incoming) => {
      if (left === bytesMin) incoming.on('data', (chunk: Buffer) => void (left -= chunk.length));
      if (left <= 0) incoming.destroy();
      else left -= 1;
    },
  };
};

describe('a hostile client or vendor', () => {
  let world: ProxyWorld;
  let vendor: FakeVendor;

  beforeAll(async () => {
    vendor = await FakeVendor.start({ kind: 'silent' });
  });
  afterAll(() => vendor.stop());
  beforeEach(async () => {
    vendor.renew();
    world = await ProxyWorld.start((made) => made.putPrice('m', { input: '2.50', output: '10.00' }));
  });
  afterEach(() => world.stop());

  const channel = (provider: string, more: object = {}) =>
    world.putChannel('c1', vendor, { provider, models: MODELS, ...more });
  const ended = () => eventually(() => world.journal.ends.length === 1, 'the record');

  describe('pays', () => {
    it('for a picture without words, though it leaves before the end', async () => {
      await channel('gemini', { dialect: 'gemini' });
      const events = [`data: ${picture(100_000)}\n\n`, ...Array<string>(50).fill('data: {}\n\n')];
      vendor.respond({ kind: 'stream', events, intervalMs: 5, ending: 'silent' });
      await world.send(chat({ stream: true }), leaving(1));
      await ended();
      expect(world.journal.ends[0]).toMatchObject({ usage: { input: 10, output: 1_290 } });
    });

    it.each([false, true])('where the vendor counts nothing but zeros, streamed: %s', async (stream) => {
      await channel('openai', { dialect: 'openai-chat' });
      const zeros = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
      vendor.respond(stream ? chatVendor(['Hello', ' there'], zeros) : chatCompletion('Hello there', zeros));
      await world.send(chat({ stream, ...(stream ? { stream_options: { include_usage: true } } : {}) }));
      await ended();
      expect(world.journal.ends[0]).toMatchObject({
        usageSource: 'estimated',
        findings: ['usage_missing'],
        usage: { input: 7, output: stream ? expect.any(Number) : 2 },
      });
      expect(world.journal.ends[0]?.usage.output).toBeGreaterThan(0);
    });

    it('where the vendor breaks off between the last word and its usage', async () => {
      await channel('openai', { dialect: 'openai-chat' });
      const events = chatStreamEvents(['Hello', ' there'], null).slice(0, -1);
      vendor.respond({ kind: 'stream', events, ending: 'cut' });
      await world.send(chat({ stream: true }));
      await ended();
      expect(world.journal.ends[0]).toMatchObject({
        ...{ outcome: 'succeeded', usageSource: 'estimated', findings: ['usage_missing'] },
        usage: { input: 7 },
      });
    });
  });

  describe('brings down nothing', () => {
    it('with an element too large for an array of answers', async () => {
      await channel('gemini');
      const first = 'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n';
      const endless = Array<string>(20).fill('A'.repeat(MIB));
      vendor.respond({ kind: 'stream', events: [first, 'data: {"', ...endless], intervalMs: 5 });
      const answer = await world.send(contents, gemini('streamGenerateContent'));
      expect(answer.cut).toBe(true);
      await ended();
      expect(world.journal.ends[0]).toMatchObject({
        errorCode: 'upstream_invalid_response',
        usageSource: 'partial',
      });
    });

    it('by leaving out the last blank line of a stream that is written as an array', async () => {
      await channel('gemini');
      const last = '{"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}';
      const first = '{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}';
      vendor.respond({ kind: 'stream', events: [`data: ${first}\n\n`, `data: ${last}`] });
      const answer = await world.send(contents, gemini('streamGenerateContent'));
      expect(answer.json).toEqual([JSON.parse(first), JSON.parse(last)]);
    });

    it('by breaking off a stream that is written as an array: its error ends the array', async () => {
      await channel('gemini');
      const first = '{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}';
      vendor.respond({ kind: 'stream', events: [`data: ${first}\n\n`, 'data: {"cand'], intervalMs: 5 });
      const answer = await world.send(contents, gemini('streamGenerateContent'));
      expect(answer.json).toMatchObject([{}, { error: { status: 'UNAVAILABLE' } }]);
    });

    it('by asking for one vector: vendors are asked for a list', async () => {
      await channel('gemini');
      vendor.respond({ kind: 'answer', body: { embeddings: [{ values: [1] }] } });
      const answer = await world.send({ content: { parts: [{ text: 'x' }] } }, gemini('embedContent'));
      expect(vendor.requests[0]?.json).toMatchObject({ requests: [{ content: { parts: [{ text: 'x' }] } }] });
      expect(answer.json).toEqual({ embedding: { values: [1] } });
    });
  });

  describe('gets at nothing that is stored for others', () => {
    const hold = async (id: string, organizationId: string, channelId = 'c1') => {
      const note = { id, channelId, credential: 0, organizationId, model: 'm' };
      await world.documents.bucket('responses').put(storedResponseKey(id) ?? '', note);
    };
    beforeEach(async () => {
      await channel('openai');
      vendor.respond({ kind: 'answer', body: stored });
    });

    it('by naming a conversation beside an answer of its own', async () => {
      await hold('resp_mine', 'o1');
      await hold('conv_theirs', 'o2');
      const both = { previous_response_id: 'resp_mine', conversation: 'conv_theirs' };
      const answer = await world.send({ model: 'm', input: 'Hi', ...both }, RESPONSES);
      expect([answer.status, answer.json.error.code]).toEqual([404, 'response_not_found']);
      expect(vendor.requests).toHaveLength(0);
    });

    it('by writing an id so that nobody can own it', async () => {
      await hold('conv_theirs', 'o2');
      const answer = await world.send({ model: 'm', input: 'Hi', conversation: 'conv_theirs ' }, RESPONSES);
      expect(answer.json.error.code).toBe('unsupported_feature');
      expect(vendor.requests).toHaveLength(0);
    });

    it('nor at words about the credential when one of its own is read', async () => {
      await hold('resp_mine', 'o1');
      vendor.respond({ kind: 'answer', status: 401, body: refusal });
      const answer = await world.send('', { method: 'GET', path: '/v1/responses/resp_mine' });
      expect([answer.status, answer.json.error.code]).toEqual([502, 'upstream_unauthorized']);
      expect(answer.text).not.toContain('sk-up');
    });
  });

  it.each([
    ['a refusal with status 400', { kind: 'answer', status: 400, body: refusal }, false],
    ['a refusal with status 500', { kind: 'answer', status: 500, body: refusal }, false],
    ['an answer', { kind: 'answer', body: refusal }, false],
    ['a stream', { kind: 'stream', events: [`data: ${JSON.stringify(refusal)}\n\n`] }, true],
  ] as const)('reads nothing about the credential in %s', async (_where, behaviour, stream) => {
    await channel('openai', { dialect: 'openai-chat' });
    vendor.respond(behaviour);
    const answer = await world.send(chat({ stream }));
    expect([answer.status, answer.json.error.code]).toEqual([502, 'upstream_unauthorized']);
    expect(answer.text).not.toContain('sk-up');
  });
});
