import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { organizationDocumentKey } from '@tollgate/contracts';
import { credentialAssociation, sealSecret } from '@tollgate/security';
import { eventually, type FakeVendor } from '@tollgate/testing';
import { MODELS } from '../test-support/model-m.js';
import { ProxyWorld, settled } from '../test-support/proxy-world.js';
import { VendorPair } from '../test-support/vendor-pair.js';

describe('answers that a vendor stores', () => {
  let world: ProxyWorld;
  let vendors: VendorPair;
  let vendor: FakeVendor;
  let second: FakeVendor;
  const stored = {
    id: 'resp_abc',
    object: 'response',
    status: 'completed',
    output: [],
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const RESPONSES = { path: '/v1/responses' };

  beforeAll(async () => {
    vendors = await VendorPair.start();
    ({ first: vendor, second } = vendors);
  });
  afterAll(() => vendors.stop());

  beforeEach(async () => {
    vendors.renew({ kind: 'answer', body: stored });
    world = await ProxyWorld.start((made) => made.putPrice('m', { input: '2.50', output: '10.00' }));
    await world.putChannel('c1', vendor, { models: MODELS });
    await world.putChannel('c2', second, { models: MODELS, priority: -1 });
  });
  afterEach(() => world.stop());

  /** Another organisation, and its key. */
  const putOther = async (): Promise<void> => {
    await world.documents
      .bucket('identity')
      .put(organizationDocumentKey('o2'), { id: 'o2', name: 'b', status: 'active', group: 'default' });
    await world.putKey('sk-other', { id: 'k2', organizationId: 'o2' });
  };
  const create = async () => {
    expect((await world.send({ model: 'm', input: 'Hi' }, RESPONSES)).status).toBe(200);
    const { documents } = world;
    await eventually(
      async () => (await documents.bucket('responses').get('responses.resp_abc')) !== undefined,
      'the note',
    );
  };

  it('goes on at the channel that made them', async () => {
    await create();
    await world.putChannel('c2', second, { models: MODELS, priority: 99 });
    await world.send({ model: 'm', input: 'On', previous_response_id: 'resp_abc' }, RESPONSES);
    expect([vendor.requests.length, second.requests.length]).toEqual([2, 0]);
  });

  describe('of several credentials', () => {
    const putCredentials = async (...secrets: string[]): Promise<void> => {
      const association = credentialAssociation('c1', vendor.baseUrl);
      const credentials = secrets.map((secret) => sealSecret(world.keyring.current, secret, association));
      await world.putChannel('c1', vendor, { models: MODELS, credentials });
    };
    const goOn = () => world.send({ model: 'm', input: 'On', previous_response_id: 'resp_abc' }, RESPONSES);
    const read = () => world.send('', { method: 'GET', path: '/v1/responses/resp_abc' });
    const shown = () => vendor.requests.map(({ headers }) => headers.authorization);

    it('goes on with the one that made them, wherever it stands by now', async () => {
      await putCredentials('sk-up-a', 'sk-up-b');
      await create();
      await putCredentials('sk-up-b', 'sk-up-x', 'sk-up-a');
      expect([(await goOn()).status, (await read()).status]).toEqual([200, 200]);
      expect(shown()).toEqual(['Bearer sk-up-a', 'Bearer sk-up-a', 'Bearer sk-up-a']);
    });

    it('says that it is gone, and asks no other account', async () => {
      await putCredentials('sk-up-a', 'sk-up-b');
      await create();
      await putCredentials('sk-up-b');
      for (const { status, json } of [await goOn(), await read()]) {
        expect([status, json.error.code]).toEqual([404, 'response_not_found']);
        expect(json.error.message).toBe('The credential that holds "resp_abc" is no longer configured.');
      }
      expect(shown()).toEqual(['Bearer sk-up-a']);
    });

    it('goes on with the only one that took the place of the only one', async () => {
      await create();
      await putCredentials('sk-up-renewed');
      expect((await goOn()).status).toBe(200);
      expect(shown()).toEqual(['Bearer sk-up-c1', 'Bearer sk-up-renewed']);
    });

    it('keeps a conversation with the credential that it was claimed for', async () => {
      await putCredentials('sk-up-a', 'sk-up-b');
      await world.putChannel('c2', second, { models: MODELS, dialect: 'openai-chat' });
      const join = () => world.send({ model: 'm', input: 'Hi', conversation: 'conv_3' }, RESPONSES);
      expect((await join()).status).toBe(200);
      await putCredentials('sk-up-b', 'sk-up-a');
      expect((await join()).status).toBe(200);
      await putCredentials('sk-up-b');
      expect((await join()).json.error.code).toBe('response_not_found');
      expect(shown()).toEqual(['Bearer sk-up-a', 'Bearer sk-up-a']);
    });

    it('keeps nothing of the secret, and reads notes that know its position only', async () => {
      await putCredentials('sk-up-a', 'sk-up-b');
      await create();
      const responses = world.documents.bucket('responses');
      const note = (await responses.get('responses.resp_abc'))?.value;
      expect(note).toMatchObject({ credential: 0, credentialId: expect.stringMatching(/^[0-9a-f]{32}$/) });
      expect(JSON.stringify(note)).not.toContain('sk-up');
      const { credentialId: _id, onlyCredential: _only, ...old } = note as Record<string, unknown>;
      await responses.put('responses.resp_abc', { ...old, credential: 1 });
      expect((await goOn()).status).toBe(200);
      expect(shown()).toEqual(['Bearer sk-up-a', 'Bearer sk-up-b']);
    });
  });

  it('keeps a conversation at the one channel that can hold it, for whoever names it first', async () => {
    const join = { model: 'm', input: 'Hi', conversation: 'conv_1' };
    expect((await world.send(join, RESPONSES)).json.error.code).toBe('unsupported_feature');
    await world.putChannel('c2', second, { models: MODELS, dialect: 'openai-chat' });
    expect((await world.send(join, RESPONSES)).status).toBe(200);
    await putOther();
    const other = await world.send(join, { ...RESPONSES, headers: { authorization: 'Bearer sk-other' } });
    expect([other.status, other.json.error.code]).toEqual([404, 'response_not_found']);
  });

  it('gives a conversation to one of two that name it first, and to nobody who can not pay', async () => {
    const join = { model: 'm', input: 'Hi', conversation: 'conv_2' };
    await world.putChannel('c2', second, { models: MODELS, dialect: 'openai-chat' });
    await putOther();
    const before = world.admission.available;
    world.admission.available = 0n;
    expect((await world.send(join, RESPONSES)).json.error.code).toBe('insufficient_balance');
    world.admission.available = before;
    const answers = await Promise.all([
      world.send(join, { ...RESPONSES, headers: { authorization: 'Bearer sk-other' } }),
      world.send(join, RESPONSES),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    await eventually(() => world.journal.ends.length === 1, 'the record');
    expect(world.admission.settled).toHaveLength(world.admission.holds.length);
  });

  it('stay with whom they belong to, though a vendor gives their id to another', async () => {
    await create();
    await putOther();
    const headers = { authorization: 'Bearer sk-other' };
    expect((await world.send({ model: 'm', input: 'Hi' }, { ...RESPONSES, headers })).status).toBe(200);
    await settled();
    const read = await world.send('', { method: 'GET', path: '/v1/responses/resp_abc' });
    expect(read.status).toBe(200);
  });

  it('reads, cancels, lists and deletes them there', async () => {
    await create();
    const ask = (method: string, path: string) => world.send('', { method, path });
    expect((await ask('GET', '/v1/responses/resp_abc?include=x&key=secret')).json).toEqual(stored);
    await ask('GET', '/v1/responses/resp_abc/input_items?limit=2');
    await ask('POST', '/v1/responses/resp_abc/cancel');
    expect((await ask('DELETE', '/v1/responses/resp_abc')).status).toBe(200);
    expect(vendor.requests.slice(1).map(({ path }) => path)).toEqual([
      '/v1/responses/resp_abc?include=x',
      '/v1/responses/resp_abc/input_items?limit=2',
      '/v1/responses/resp_abc/cancel',
      '/v1/responses/resp_abc',
    ]);
    expect((await ask('GET', '/v1/responses/resp_abc')).status).toBe(404);
  });

  it('are nobody else’s', async () => {
    await create();
    await putOther();
    const other = { headers: { authorization: 'Bearer sk-other' } };
    const read = await world.send('', { ...other, method: 'GET', path: '/v1/responses/resp_abc' });
    expect([read.status, read.json.error.code]).toEqual([404, 'response_not_found']);
    const on = await world.send(
      { model: 'm', input: 'On', previous_response_id: 'resp_abc' },
      { ...RESPONSES, ...other },
    );
    expect(on.json.error.code).toBe('response_not_found');
    expect(vendor.requests).toHaveLength(1);
  });
});
