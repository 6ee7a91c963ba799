import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chatCompletion, chatStreamEvents, chatVendor, eventually, type FakeVendor } from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import { chat, contents, gemini, MESSAGES, messages, MODELS } from '../test-support/model-m.js';
import { KEYED, ProxyWorld, SECRET } from '../test-support/proxy-world.js';
import { VendorPair } from '../test-support/vendor-pair.js';

const sse = (type: string, more: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;

const claudeMessage = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'vendor-m',
  content: [{ type: 'text', text: 'Hello there' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 20, output_tokens: 10 },
};
const claudeEvents = [
  sse('message_start', {
    message: { ...claudeMessage, content: [], usage: { input_tokens: 20, output_tokens: 1 } },
  }),
  sse('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  sse('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hello' } }),
  sse('content_block_delta', { index: 0, delta: { type: 'text_delta', text: ' there' } }),
  sse('content_block_stop', { index: 0 }),
  sse('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 10 },
  }),
  sse('message_stop', {}),
];

describe('a client of one dialect at a vendor of another', () => {
  let world: ProxyWorld;
  let vendors: VendorPair;
  let vendor: FakeVendor;
  let second: FakeVendor;

  beforeAll(async () => {
    vendors = await VendorPair.start();
    ({ first: vendor, second } = vendors);
  });
  afterAll(() => vendors.stop());

  beforeEach(async () => {
    vendors.renew(chatVendor(['Hello', ' there'], USAGE));
    world = await ProxyWorld.start((made) => made.putPrice('m', { input: '2.50', output: '10.00' }));
  });
  afterEach(() => world.stop());

  const anthropic = (more: object = {}) =>
    world.putChannel('c1', vendor, { provider: 'anthropic', models: MODELS, ...more });
  const openai = (more: object = {}) =>
    world.putChannel('c1', vendor, { models: MODELS, dialect: 'openai-chat', ...more });

  it('gets a whole answer in its own dialect, and what could not be said in header and record', async () => {
    await anthropic();
    vendor.respond({ kind: 'answer', body: claudeMessage });
    const answer = await world.send(chat({ seed: 7 }));
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'Hello there' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 },
    });
    expect(answer.headers['x-tollgate-warnings']).toContain('dropped:seed');
    expect(vendor.requests[0]).toMatchObject({
      path: '/v1/messages',
      json: { model: 'vendor-m', max_tokens: 8_192 },
    });
    expect(vendor.requests[0]!.headers).toMatchObject({
      'x-api-key': 'sk-up-c1',
      'anthropic-version': '2023-06-01',
    });
    expect(world.journal.ends).toEqual([
      expect.objectContaining({
        dialect: 'openai-chat',
        outcome: 'succeeded',
        usageSource: 'vendor',
        charge: '150000',
        warnings: ['dropped:seed'],
      }),
    ]);
  });

  it('gets a stream, however the vendor cuts it', async () => {
    await anthropic();
    const bytes = claudeEvents.join('');
    const events = bytes.match(/[\s\S]{1,37}/g)!;
    vendor.respond({ kind: 'stream', events });
    const answer = await world.send(chat({ stream: true, stream_options: { include_usage: true } }));
    expect(answer.headers['content-type']).toContain('text/event-stream');
    const chunks = answer.text.split('\n\n').filter((event) => event.startsWith('data: {'));
    const read = chunks.map((chunk) => JSON.parse(chunk.slice(6)));
    expect(read.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello there');
    expect(read.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 20, completion_tokens: 10 } });
    expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(world.journal.ends[0]).toMatchObject({ outcome: 'succeeded', charge: '150000', streamed: true });
  });

  it.each([
    ['passes', messages({ stream: true, max_tokens: 1_000 }), MESSAGES],
    ['is translated', chat({ stream: true }), {}],
  ])(
    'pays for what was produced, not for the beginning that the vendor counted, when it leaves a stream that %s',
    async (_how, body, options) => {
      await anthropic();
      const delta = sse('content_block_delta', {
        index: 0,
        delta: { type: 'text_delta', text: 'Hello there' },
      });
      const events = [...claudeEvents.slice(0, 2), ...Array.from({ length: 200 }, () => delta)];
      vendor.respond({ kind: 'stream', events, ending: 'silent' });
      let received = 0;
      await world.send(body, {
        ...options,
        onData: (answer) => {
          received += 1;
          if (received === 1) setTimeout(() => answer.destroy(), 100);
        },
      });
      await eventually(() => world.journal.ends.length === 1, 'the record');
      const { outcome, usage, usageSource } = world.journal.ends[0]!;
      expect([outcome, usageSource, usage.input]).toEqual(['client_closed', 'partial', 20]);
      expect(usage.output).toBeGreaterThan(150);
    },
  );

  it('gets a stream from a vendor that answers whole', async () => {
    await openai();
    vendor.respond(chatCompletion('Hello there', USAGE));
    const answer = await world.send(messages({ stream: true }), MESSAGES);
    expect(answer.headers['content-type']).toContain('text/event-stream');
    expect(answer.text).toContain('"text_delta"');
    expect(answer.text).toContain('event: message_stop');
  });

  it('is told in its own way that the vendor broke off, and pays for the words that came', async () => {
    await openai();
    const events = chatStreamEvents(['Hello'], null).slice(0, 2);
    vendor.respond({ kind: 'stream', events, intervalMs: 5, ending: 'cut' });
    const answer = await world.send(messages({ stream: true }), MESSAGES);
    expect(answer.text).toContain('event: error');
    expect(answer.text).not.toContain('message_stop');
    await eventually(() => world.journal.ends.length === 1, 'the record');
    expect(world.journal.ends[0]).toMatchObject({ outcome: 'upstream_cut', usageSource: 'partial' });
  });

  it('is served by the next channel when a stream begins with an error', async () => {
    await anthropic({ priority: 10 });
    await world.putChannel('c2', second, { models: MODELS, dialect: 'openai-chat' });
    vendor.respond({
      kind: 'stream',
      events: [
        claudeEvents[0]!,
        sse('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
      ],
    });
    const answer = await world.send(chat({ stream: true }));
    expect(answer.text).toContain('Hello');
    expect(world.journal.ends[0]).toMatchObject({ attempts: 2, channel: { id: 'c2' } });
  });

  it.each([
    [
      '/v1/messages',
      messages(),
      MESSAGES.headers,
      { type: 'error', error: { type: 'invalid_request_error' } },
    ],
    [
      '/v1beta/models/m:generateContent',
      contents,
      { 'x-goog-api-key': SECRET },
      { error: { code: 400, status: 'INVALID_ARGUMENT' } },
    ],
    ['/v1/responses', { model: 'm', input: 'Hi' }, KEYED, { error: { type: 'invalid_request_error' } }],
  ])('reads a refusal of its request in its own shape at %s', async (path, body, headers, shape) => {
    await openai();
    vendor.respond({
      kind: 'answer',
      status: 400,
      body: { error: { message: 'too long', code: 'context' } },
    });
    const answer = await world.send(body, { path, headers });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject(shape);
    expect(answer.json.error.message).toBe('too long');
    expect(world.journal.ends[0]).toMatchObject({ outcome: 'failed', httpStatus: 400, charge: '0' });
  });

  it('goes to another channel when this one can not be told, without an attempt', async () => {
    await anthropic({ priority: 10 });
    await world.putChannel('c2', second, { models: MODELS, dialect: 'openai-chat' });
    const answer = await world.send(chat({ n: 2 }));
    expect(answer.status).toBe(200);
    expect(vendor.requests).toHaveLength(0);
    expect(world.journal.ends[0]).toMatchObject({ attempts: 1, channel: { id: 'c2' } });
  });

  it('is refused what no channel can be told, at nobody’s cost', async () => {
    await anthropic();
    const answer = await world.send(chat({ n: 2 }));
    expect([answer.status, answer.json.error.code]).toEqual([400, 'unsupported_feature']);
    expect(world.journal.ends).toEqual([
      expect.objectContaining({ outcome: 'failed', attempts: 0, charge: '0', usageSource: 'none' }),
    ]);
  });

  it('streams one JSON array to a Gemini client that did not ask for events', async () => {
    await openai();
    const answer = await world.send(contents, gemini('streamGenerateContent'));
    expect(answer.headers['content-type']).toContain('application/json');
    const pieces = answer.json as { candidates?: { content?: { parts?: { text?: string }[] } }[] }[];
    const texts = pieces.map(({ candidates }) => candidates?.[0]?.content?.parts?.[0]?.text ?? '');
    expect(texts.join('')).toBe('Hello there');
    const events = await world.send(contents, gemini('streamGenerateContent?alt=sse'));
    expect(events.text).toMatch(/^data: \{/);
  });

  it('says in the model’s name how much it shall think', async () => {
    await anthropic();
    vendor.respond({ kind: 'answer', body: claudeMessage });
    await world.send(messages({ model: 'm-thinking-2048', max_tokens: 4_000 }), MESSAGES);
    expect(vendor.requests[0]!.json).toMatchObject({ model: 'vendor-m' });
    expect(JSON.stringify(vendor.requests[0]!.json)).toMatch(/thinking/);
    expect(world.journal.ends[0]).toMatchObject({ model: 'm-thinking-2048', charge: '150000' });
  });

  it('gets thoughts within the text where the channel is set so', async () => {
    await openai({ thinkingToContent: true });
    const body = {
      ...(chatCompletion('Four.', USAGE) as { body: object }).body,
      choices: [
        { index: 0, message: { content: 'Four.', reasoning_content: 'Two and two.' }, finish_reason: 'stop' },
      ],
    };
    vendor.respond({ kind: 'answer', body });
    const answer = await world.send(chat());
    expect(answer.json.choices[0].message.content).toBe('<think>\nTwo and two.\n</think>\n\nFour.');
  });

  it('has images fetched for a vendor that wants bytes', async () => {
    const images = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' }).end('PNG');
    }).listen(0, '127.0.0.1');
    await once(images, 'listening');
    const url = `http://127.0.0.1:${(images.address() as AddressInfo).port}/a.png`;
    try {
      await world.putChannel('c1', vendor, {
        provider: 'bedrock',
        options: { region: 'us-east-1' },
        models: MODELS,
      });
      await world.send(
        chat({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] }),
      );
      expect(vendor.requests[0]!.text).toContain(Buffer.from('PNG').toString('base64'));
    } finally {
      images.close();
    }
  });

  it('gives state of one vendor to no other, though both speak its dialect', async () => {
    await openai();
    const foreign = `call_1__1tollgate_gemini_${Buffer.from('signature').toString('base64url')}`;
    const call = { id: foreign, type: 'function', function: { name: 'f', arguments: '{}' } };
    await world.send(
      chat({
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: null, tool_calls: [call] },
          { role: 'tool', tool_call_id: foreign, content: 'ok' },
        ],
      }),
    );
    expect(vendor.requests[0]!.text).not.toContain('1tollgate');
    expect(vendor.requests[0]!.text).toContain('"call_1"');
  });

  it('has versions and betas of its dialect passed on, and no other header', async () => {
    await anthropic();
    vendor.respond({ kind: 'answer', body: claudeMessage });
    const headers = {
      ...MESSAGES.headers,
      'anthropic-version': '2024-01-01',
      'anthropic-beta': 'a,b',
      'x-mine': '1',
    };
    await world.send(messages(), { ...MESSAGES, headers });
    const seen = vendor.requests[0]!.headers;
    expect(seen).toMatchObject({
      'anthropic-version': '2024-01-01',
      'anthropic-beta': 'a,b',
      'x-api-key': 'sk-up-c1',
    });
    expect(seen).not.toHaveProperty('x-mine');
  });

  it('counts tokens itself where the vendor does not', async () => {
    await openai();
    const answer = await world.send(messages(), { ...MESSAGES, path: '/v1/messages/count_tokens' });
    expect(answer.status).toBe(200);
    expect(answer.json.input_tokens).toBeGreaterThan(0);
    expect(vendor.requests).toHaveLength(0);
    expect(world.journal.ends[0]).toMatchObject({
      operation: 'count-tokens',
      charge: '0',
      usageSource: 'none',
    });
  });

  it('embeds', async () => {
    await openai();
    vendor.respond({
      kind: 'answer',
      body: { data: [{ index: 0, embedding: [0.5, -1] }], usage: { prompt_tokens: 8, total_tokens: 8 } },
    });
    const answer = await world.send({ content: { parts: [{ text: 'x' }] } }, gemini('embedContent'));
    expect(answer.json).toMatchObject({ embedding: { values: [0.5, -1] } });
    expect(vendor.requests[0]).toMatchObject({ path: '/v1/embeddings', json: { model: 'vendor-m' } });
    expect(world.journal.ends[0]).toMatchObject({ operation: 'embeddings', charge: '20000' });
  });

  it('lists models, and reads errors, in its own shape', async () => {
    await openai();
    await world.putModel('m', { displayName: 'M', contextTokensMax: 1_000, outputTokensMax: 100 });
    const get = (path: string, headers: Record<string, string>) =>
      world.send('', { path, method: 'GET', headers });
    expect((await get('/v1/models', KEYED)).json.data[0].id).toBe('m');
    expect((await get('/v1/models', MESSAGES.headers)).json.data[0]).toMatchObject({
      type: 'model',
      id: 'm',
    });
    const list = await get('/v1beta/models', { 'x-goog-api-key': SECRET });
    expect(list.json.models[0]).toMatchObject({ name: 'models/m', inputTokenLimit: 1_000 });
    const wrong = await world.send(messages(), { ...MESSAGES, headers: { 'x-api-key': 'sk-wrong' } });
    expect([wrong.status, wrong.json.error.type]).toEqual([401, 'authentication_error']);
    const unknown = await world.send(contents, {
      ...gemini('generateContent'),
      path: '/v1beta/models/x:generateContent',
    });
    expect([unknown.status, unknown.json.error.status]).toEqual([404, 'NOT_FOUND']);
  });
});
