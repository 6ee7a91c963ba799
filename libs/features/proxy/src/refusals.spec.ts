import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { organizationDocumentKey } from '@tollgate/contracts';
import { type FakeVendor, type FakeDocumentStore } from '@tollgate/testing';
import { ChatGround, chat, OPENING } from '../test-support/chat-ground.js';
import {
  SECRET,
  type ProxyWorld,
  type Answer,
  type MemoryAdmission,
  type MemoryJournal,
  type SendOptions,
} from '../test-support/proxy-world.js';

describe('the proxy refuses, at nobody’s cost', () => {
  let world: ProxyWorld;
  let documents: FakeDocumentStore;
  let journal: MemoryJournal;
  let admission: MemoryAdmission;
  let vendor: FakeVendor;

  let ground: ChatGround;

  beforeAll(async () => {
    ground = await ChatGround.start();
    ({ vendor } = ground);
  });
  afterAll(() => ground.stop());
  beforeEach(async () => {
    world = await ground.renew();
    ({ documents, journal, admission } = world);
  });
  afterEach(() => world.stop());

  const send = (body: unknown, options?: SendOptions): Promise<Answer> => world.send(body, options);

  const refusal = async (answer: Promise<Answer>) => {
    const { status, json } = await answer;
    expect(journal.starts).toHaveLength(0);
    expect(vendor.requests).toHaveLength(0);
    expect(admission.available).toBe(OPENING);
    return [status, json.error.code];
  };
  const keyed = (secret: string) => send(chat(), { headers: { authorization: `Bearer ${secret}` } });

  it('a missing key', async () => {
    expect(await refusal(send(chat(), { headers: {} }))).toEqual([401, 'missing_api_key']);
  });
  it('a wrong key', async () => {
    expect(await refusal(keyed('sk-tg-wrong'))).toEqual([401, 'invalid_api_key']);
  });
  it('an expired key', async () => {
    await world.putKey('sk-old', { expiresAt: 1_000 });
    expect(await refusal(keyed('sk-old'))).toEqual([401, 'api_key_expired']);
  });
  it('a key as soon as it is revoked', async () => {
    expect((await send('', { path: '/v1/models', method: 'GET' })).status).toBe(200);
    await world.putKey(SECRET, { status: 'revoked' });
    expect(await refusal(send(chat()))).toEqual([401, 'api_key_revoked']);
  });
  it('an unknown key with 503, not 401, while keys can’t be looked up', async () => {
    documents.away = true;
    expect(await refusal(keyed('sk-unknown'))).toEqual([503, 'keys_unavailable']);
  });
  it('a suspended organisation', async () => {
    await documents.bucket('identity').put(organizationDocumentKey('o1'), {
      id: 'o1',
      name: 'acme',
      status: 'suspended',
      group: 'default',
    });
    expect(await refusal(send(chat()))).toEqual([403, 'organization_suspended']);
  });
  it('a model outside the key’s list', async () => {
    await world.putKey(SECRET, { models: ['other'] });
    expect(await refusal(send(chat()))).toEqual([403, 'model_not_allowed']);
  });
  it('an unknown model', async () => {
    expect(await refusal(send(chat({ model: 'nothing' })))).toEqual([404, 'model_not_found']);
  });
  it('a model that is switched off', async () => {
    await world.putModel('gpt-4o', { enabled: false });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await refusal(send(chat()))).toEqual([404, 'model_not_found']);
  });
  it('an unpriced model', async () => {
    expect(await refusal(send(chat({ model: 'fast' })))).toEqual([400, 'model_not_priced']);
  });
  it('an exhausted balance', async () => {
    admission.available = 10n;
    const { status, json } = await send(chat());
    expect([status, json.error.code]).toEqual([402, 'insufficient_balance']);
    expect(admission.available).toBe(10n);
    expect(journal.starts).toHaveLength(0);
  });
  it.each(['{"model":"gpt-4o",', 'nonsense', '', '[]'])('malformed JSON: %s', async (body) => {
    expect(await refusal(send(body))).toEqual([400, 'invalid_json']);
  });
  it('an oversize body, announced or not', async () => {
    const body = JSON.stringify(chat({ user: 'x'.repeat(200_000) }));
    expect(await refusal(send(body))).toEqual([413, 'request_too_large']);
    expect(
      await refusal(
        send(body, { headers: { authorization: `Bearer ${SECRET}`, 'transfer-encoding': 'chunked' } }),
      ),
    ).toEqual([413, 'request_too_large']);
  });
  it('unknown paths and wrong methods', async () => {
    expect(await refusal(send(chat(), { path: '/v1/nothing' }))).toEqual([404, 'unknown_path']);
    expect(await refusal(send('', { method: 'DELETE' }))).toEqual([400, 'method_not_allowed']);
  });
  it('new work when the journal is full', async () => {
    journal.full = true;
    expect(await refusal(send(chat()))).toEqual([503, 'overloaded']);
  });
});
