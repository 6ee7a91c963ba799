import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChannelId, ChannelProbeRequest } from '@tollgate/contracts';
import { credentialAssociation, sealSecret } from '@tollgate/security';
import { chatStreamEvents, chatVendor, FakeVendor, openaiEmbeddings } from '@tollgate/testing';
import { ProxyWorld } from '../../test-support/proxy-world.js';

const USAGE = { prompt_tokens: 5, completion_tokens: 1 };

let vendor: FakeVendor;
let world: ProxyWorld;
beforeAll(async () => {
  vendor = await FakeVendor.start({ kind: 'silent' });
});
afterAll(() => vendor.stop());
beforeEach(async () => {
  vendor.respond(chatVendor(['pong'], USAGE));
  vendor.requests.length = 0;
  world = await ProxyWorld.start((made) => made.putChannel('c1', vendor));
});
afterEach(() => world.stop());

const probe = (changes: Partial<ChannelProbeRequest> = {}) =>
  world.service.probes.probe({
    channelId: 'c1' as ChannelId,
    ...{ operation: null, model: null, streamed: false, credential: null },
    ...changes,
  });

describe('a probe', () => {
  it('asks the vendor for the cheapest model with a tiny request, and touches no tenant', async () => {
    const reply = await probe();
    expect(reply).toMatchObject({
      ...{ operation: 'chat', model: 'gpt-4o', credential: 0, streamed: false },
      ...{ failure: null, message: null, firstByteMs: expect.any(Number) },
    });
    expect(vendor.requests).toMatchObject([
      {
        path: '/v1/chat/completions',
        headers: { authorization: 'Bearer sk-up-c1' },
        json: { model: 'gpt-4o', max_completion_tokens: 16 },
      },
    ]);
    expect([world.journal.starts, world.admission.holds, world.eventLog.published]).toEqual([[], [], []]);
  });

  it.each([
    ['a model that is named', { model: 'fast' }, { model: 'fast', operation: 'chat', streamed: false }],
    ['a stream', { streamed: true }, { model: 'gpt-4o', streamed: true }],
  ])('tries %s', async (_what, asked, expected) => {
    expect(await probe(asked)).toMatchObject({ ...expected, failure: null });
    expect(vendor.requests[0]!.json?.stream).toBe(expected.streamed ? true : undefined);
  });

  it.each([
    ['the cheapest that chats, wherever it stands', null, 'cheap'],
    ['the cheapest that embeds, where that is asked for', 'embeddings' as const, 'embed-cheap'],
  ])('tries %s', async (_what, operation, model) => {
    vendor.respond(operation === null ? chatVendor(['pong'], USAGE) : openaiEmbeddings([[0.1]], 1));
    const priced = (name: string, input: string | null) => ({
      ...{ name, upstream: name },
      cost: input === null ? null : { input, output: input },
    });
    await world.putChannel('c1', vendor, {
      models: [
        ...[priced('unpriced', null), priced('embed-dear', '0.90'), priced('dear', '9.00')],
        ...[priced('cheap', '1.00'), priced('embed-cheap', '0.10'), priced('middling', '5.00')],
      ],
    });
    expect(await probe({ operation })).toMatchObject({ model, failure: null });
    expect(vendor.requests.map(({ json }) => json?.['model'])).toEqual([model]);
  });

  it('asks a model that embeds for a vector, never for a stream', async () => {
    vendor.respond(openaiEmbeddings([[0.1, 0.2]], 1));
    await world.putChannel('c1', vendor, {
      models: [{ name: 'text-embedding-3', upstream: 'text-embedding-3', cost: null }],
    });
    expect(await probe({ streamed: true })).toMatchObject({
      ...{ operation: 'embeddings', streamed: false, failure: null },
    });
    expect(vendor.requests).toMatchObject([{ path: '/v1/embeddings' }]);
    expect(vendor.requests[0]!.json?.stream).toBeUndefined();
  });

  it('goes the way of a dialect that the vendor speaks', async () => {
    vendor.respond({
      kind: 'answer',
      body: {
        ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', stop_reason: 'end_turn' },
        ...{ content: [{ type: 'text', text: 'pong' }], usage: { input_tokens: 5, output_tokens: 1 } },
      },
    });
    await world.putChannel('c1', vendor, { provider: 'anthropic' });
    expect(await probe()).toMatchObject({ failure: null });
    expect(vendor.requests[0]!.path).toBe('/v1/messages');
  });

  it('uses the credential that is named, else each in turn', async () => {
    const seal = (secret: string) =>
      sealSecret(world.keyring.current, secret, credentialAssociation('c1', vendor.baseUrl));
    await world.putChannel('c1', vendor, { credentials: [seal('one'), seal('two')] });
    await probe();
    await probe();
    await probe({ credential: 1 });
    const used = vendor.requests.map(({ headers }) => headers['authorization']);
    expect(used).toEqual(['Bearer one', 'Bearer two', 'Bearer two']);
  });

  it.each([
    [{ kind: 'answer', status: 401, body: { error: { message: 'No.' } } }, 'credential_invalid', true],
    [{ kind: 'answer', status: 503, body: { error: { message: 'No.' } } }, 'upstream_overloaded', true],
    [{ kind: 'answer', status: 400, body: { error: { message: 'No.' } } }, 'upstream_rejected', false],
    [{ kind: 'answer', body: 'nonsense' }, 'upstream_invalid_response', true],
    [{ kind: 'cut' }, 'upstream_unreachable', true],
  ] as const)('says what went wrong with %j: %s', async (behaviour, failure, blamesChannel) => {
    vendor.respond(behaviour);
    expect(await probe()).toMatchObject({ failure, blamesChannel, message: expect.any(String) });
  });

  it('of a stream that breaks off has failed', async () => {
    const events = chatStreamEvents(['po'], USAGE).slice(0, 2);
    vendor.respond({ kind: 'stream', events, ending: 'clean' });
    expect(await probe({ streamed: true })).toMatchObject({ failure: 'upstream_invalid_response' });
  });

  it.each([
    [{ channelId: 'other' as ChannelId }, 'not_found'],
    [{ model: 'other' }, 'not_found'],
    [{ operation: 'embeddings' as const }, 'unsupported_operation'],
  ])('that can not be is refused: %j', async (asked, code) => {
    await expect(probe(asked)).rejects.toMatchObject({ code });
  });
});

describe('asking a vendor', () => {
  const query = () => world.service.vendorQueries.query({ channelId: 'c1' as ChannelId });

  it('tells its models and the balance of the poorest credential', async () => {
    const seal = (secret: string) =>
      sealSecret(world.keyring.current, secret, credentialAssociation('c1', vendor.baseUrl));
    await world.putChannel('c1', vendor, { provider: 'deepseek', credentials: [seal('rich'), seal('poor')] });
    vendor.respond(({ path, headers }) => ({
      kind: 'answer',
      body: path.endsWith('/models')
        ? { data: [{ id: 'b' }, { id: 'a' }] }
        : {
            balance_infos: [
              { currency: 'USD', total_balance: headers['authorization'] === 'Bearer poor' ? '1.50' : '90' },
            ],
          },
    }));
    expect(await query()).toEqual({
      models: ['a', 'b'],
      balance: { amount: '1.50', currency: 'USD', credential: 1 },
    });
    expect(vendor.requests.map(({ path }) => path)).toEqual([
      '/v1/models',
      '/v1/user/balance',
      '/v1/user/balance',
    ]);
  });

  it.each([
    ['refuses', { kind: 'answer', status: 403, body: {} }],
    ['talks nonsense', { kind: 'answer', body: 'nonsense' }],
    ['is away', { kind: 'cut' }],
  ] as const)('tells nothing when it %s', async (_what, behaviour) => {
    vendor.respond(behaviour);
    expect(await query()).toEqual({ models: null, balance: null });
  });

  it('of a channel that is not there is refused', async () => {
    await expect(
      world.service.vendorQueries.query({ channelId: 'other' as ChannelId }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
