import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { channelStatusKey, type ChannelState } from '@tollgate/contracts';
import type { DocumentStore } from '@tollgate/messaging';
import { call, startAdminApi, type AdminApi, type Json } from '../../test-support/admin-api.js';

describe('where a request would go', () => {
  let api: AdminApi;
  let model = '';
  let number = 0;
  const health = new Map<string, object>();

  beforeAll(async () => {
    const documents = {
      bucket: () => ({
        get: (key: string) => Promise.resolve(health.has(key) ? { key, value: health.get(key) } : undefined),
      }),
    } as unknown as DocumentStore;
    api = await startAdminApi({ documents });
  });

  afterAll(() => api?.close());

  beforeEach(() => {
    number += 1;
    model = `model-${number}`;
  });

  const explain = (more: object = {}) => api.call('POST', '/api/v1/routing/explain', { model, ...more });

  const channel = async (name: string, more: object = {}): Promise<string> => {
    const body = { provider: 'openai', credentials: ['sk-1'], models: [{ name: model }], ...more };
    const created = await api.call('POST', '/api/v1/channels', { name: `${model} ${name}`, ...body });
    expect(created.status).toBe(201);
    return created.body.id;
  };

  const say = (id: string, state: ChannelState, more: object = {}) =>
    health.set(channelStatusKey(id), {
      ...{ channelId: id, state, reason: `it is ${state}`, since: 0, retryAt: null },
      ...more,
    });

  const names = (list: Json): string[] => list.map((each: Json) => each.channel.name.slice(model.length + 1));

  it('is told in the order of priority, state and weight, with shares', async () => {
    const trial = await channel('trial', { weight: 1 });
    const degraded = await channel('degraded', { weight: 9 });
    await channel('light', { weight: 1 });
    await channel('heavy', { weight: 3, models: [{ name: model, upstream: 'deploy-7' }] });
    await channel('first', { priority: 5 });
    say(trial, 'half-open');
    say(degraded, 'degraded');
    const { status, body } = await explain();
    expect(status).toBe(200);
    expect(body).toMatchObject({ model, resolvedModel: model, strategy: 'weighted', excluded: [] });
    expect(names(body.candidates)).toEqual(['first', 'trial', 'heavy', 'light', 'degraded']);
    expect(body.candidates.map(({ state, share }: Json) => [state, share])).toEqual([
      ['healthy', 1],
      ['trial', 1],
      ['healthy', 0.75],
      ['healthy', 0.25],
      ['degraded', 1],
    ]);
    expect(body.candidates[2]).toMatchObject({
      ...{ credential: 0, priority: 0, weight: 3, upstreamModel: 'deploy-7', model, group: 'default' },
    });
  });

  it('says why a channel that has the model does not serve', async () => {
    await channel('off', { enabled: false });
    await channel('elsewhere', { groups: ['vip'] });
    await channel('untagged', { tags: ['us'] });
    const open = await channel('open', { tags: ['eu'] });
    const part = await channel('part', { tags: ['eu'] });
    await channel('fine', { tags: ['eu'] });
    say(open, 'open');
    say(part, 'degraded', {
      models: [{ name: model, state: 'open', reason: 'the model is gone', retryAt: null }],
    });
    const { body } = await explain({ tags: ['eu'] });
    expect(names(body.candidates)).toEqual(['fine']);
    const reasons = body.excluded.map(({ reason, detail }: Json, at: number) => [
      names(body.excluded)[at],
      reason,
      detail,
    ]);
    expect(reasons.sort()).toEqual([
      ['elsewhere', 'other-group', 'The channel serves other groups.'],
      ['off', 'disabled', 'The channel is switched off.'],
      ['open', 'open', 'it is open'],
      ['part', 'open', 'the model is gone'],
      ['untagged', 'lacks-tag', 'It lacks: eu.'],
    ]);
  });

  it('knows what a vendor can be told, by the dialect and the operation', async () => {
    await channel('chats only', { dialect: 'openai-chat' });
    const able = await explain({ dialect: 'anthropic-messages' });
    expect(names(able.body.candidates)).toEqual(['chats only']);
    const unable = await explain({ dialect: 'openai-responses', operation: 'compact' });
    expect(unable.body).toMatchObject({ candidates: [], excluded: [{ reason: 'lacks-operation' }] });
  });

  it('passes by what lacks a capability that the request needs, and no others', async () => {
    await channel('blind', { lacks: ['vision', 'audio'] });
    await channel('mute', { lacks: ['audio'] });
    await channel('able');
    const { body } = await explain({ needs: ['vision', 'tools'] });
    expect(names(body.candidates).sort()).toEqual(['able', 'mute']);
    expect(names(body.excluded)).toEqual(['blind']);
    expect(body.excluded[0]).toMatchObject({ reason: 'lacks-capability', detail: 'It lacks: vision.' });
    expect((await explain()).body.excluded).toEqual([]);
  });

  it('goes on with what a vendor stored only where vendors store, for no other model', async () => {
    const other = `${model}-other`;
    await channel('chats only', { dialect: 'openai-chat' });
    await channel('stores');
    await channel('other', { models: [{ name: other }] });
    await api.call('POST', '/api/v1/models', { name: model, fallbacks: [other] });
    const { body } = await explain({ dialect: 'openai-responses', needs: ['stored-response'] });
    expect(names(body.candidates)).toEqual(['stores']);
    expect(names(body.excluded)).toEqual(['chats only']);
    expect(body.excluded[0].reason).toBe('stores-no-responses');
    expect(body.chain.map((leg: Json) => leg.model)).toEqual([model]);
    expect((await explain()).body.candidates).toHaveLength(3);
  });

  it('says what only the proxies know', async () => {
    await channel('one');
    const { notJudged } = (await explain()).body;
    expect(notJudged.map(({ fact }: Json) => fact)).toEqual(
      expect.arrayContaining(['in-flight', 'caps', 'rests', 'latencies', 'affinity-memory']),
    );
    expect(notJudged.every(({ detail }: Json) => detail.endsWith('.'))).toBe(true);
  });

  it('reads how much to think from the end of a name, as proxies do', async () => {
    await channel('one');
    const high = await explain({ model: `${model}-high` });
    expect(high.body).toMatchObject({
      ...{ model: `${model}-high`, resolvedModel: model, reasoning: { effort: 'high' } },
      candidates: [{ model }],
    });
    const budget = await explain({ model: `${model}-thinking-2048` });
    expect(budget.body.reasoning).toEqual({ budgetTokens: 2048 });
    expect((await explain()).body.reasoning).toBeNull();
    expect((await explain({ model: `${model}-high`, operation: 'embeddings' })).status).toBe(404);
  });

  it('takes a name for itself where a channel of the group has it, else for one with a suffix', async () => {
    await channel('plain');
    await channel('elsewhere', { models: [{ name: `${model}-max` }], groups: ['vip'] });
    const read = async (group: string) => (await explain({ model: `${model}-max`, group })).body;
    expect(await read('vip')).toMatchObject({ resolvedModel: `${model}-max`, reasoning: null });
    expect(await read('default')).toMatchObject({ resolvedModel: model, reasoning: { effort: 'max' } });
    expect(await read('nobody')).toMatchObject({ resolvedModel: `${model}-max`, candidates: [] });
  });

  it('follows an alias and shows the models that take over, after those of the model', async () => {
    const [target, other] = [`${model}-target`, `${model}-other`];
    await channel('other', { models: [{ name: other }], priority: 9 });
    await channel('target', { models: [{ name: target }] });
    const fallbacks = [{ model: other, on: ['content-filter'] }];
    await api.call('POST', '/api/v1/models', { name: model, alias: target, fallbacks });
    await api.call('POST', '/api/v1/models', { name: target, strategy: 'lowest-latency' });
    const { body } = await explain();
    expect(body).toMatchObject({
      ...{ model, resolvedModel: target, strategy: 'lowest-latency' },
      chain: [
        { model: target, on: ['failure'], strategy: 'lowest-latency' },
        { model: other, on: ['content-filter'], strategy: 'weighted' },
      ],
    });
    expect(names(body.candidates)).toEqual(['target', 'other']);
    expect(body.candidates.map((each: Json) => each.model)).toEqual([target, other]);
  });

  it('shows all channels of a model that is switched off as excluded', async () => {
    await channel('one');
    await api.call('POST', '/api/v1/models', { name: model, enabled: false });
    expect((await explain()).body).toMatchObject({
      ...{ chain: [], candidates: [], excluded: [{ reason: 'model-disabled' }] },
    });
  });

  it("takes the organization's group, by id and by name, and binds its keys to one channel", async () => {
    for (const name of ['a', 'b', 'c']) await channel(name, { groups: ['vip'], credentials: ['1', '2'] });
    const organization = await api.call('POST', '/api/v1/organizations', {
      name: `of ${model}`,
      group: 'vip',
    });
    const { id, name } = organization.body;
    const byName = await explain({ organization: name });
    expect(byName.body.candidates).toHaveLength(3);
    expect(byName.body.candidates[0]).toMatchObject({ group: 'vip', credential: null, share: 1 / 3 });
    expect((await explain({ organization: id })).body).toEqual(byName.body);
    expect((await explain()).body.candidates).toEqual([]);
    const bound = await explain({ organization: id, affinityKey: 'session-1' });
    expect(bound.body.candidates.map(({ share }: Json) => share)).toEqual([1, 0, 0]);
    expect([0, 1]).toContain(bound.body.candidates[0].credential);
    const firsts = new Set<string>();
    for (let key = 0; key < 20; key += 1) {
      const { body } = await explain({ organization: id, affinityKey: `session-${key}` });
      firsts.add(body.candidates[0].channel.id);
    }
    expect(firsts.size).toBeGreaterThan(1);
  });

  it('shows what an API key may not use for want of a tag, by its id and by its name', async () => {
    await channel('both', { tags: ['eu', 'gdpr'], groups: ['vip'] });
    await channel('half', { tags: ['eu'], groups: ['vip'] });
    await channel('none', { groups: ['vip'] });
    const organization = `of ${model}`;
    const owner = await api.call('POST', '/api/v1/organizations', { name: organization, group: 'vip' });
    const key = await api.call('POST', '/api/v1/api-keys', {
      ...{ organizationId: owner.body.id, name: 'europe', requireTags: ['eu', 'gdpr'] },
    });
    const { body } = await explain({ apiKey: key.body.id });
    expect(names(body.candidates)).toEqual(['both']);
    const reasons = body.excluded.map(({ reason, detail }: Json) => `${reason}: ${detail}`);
    expect(reasons).toEqual(['lacks-key-tag: It lacks: gdpr.', 'lacks-key-tag: It lacks: eu, gdpr.']);
    expect((await explain({ apiKey: 'europe', organization })).body).toEqual(body);
    expect((await explain({ organization })).body.candidates).toHaveLength(3);
    expect((await explain({ apiKey: 'europe' })).body.errors[0].field).toBe('organization');
    await api.call('POST', `/api/v1/api-keys/${key.body.id}/revoke`);
    expect((await explain({ apiKey: key.body.id })).status).toBe(404);
  });

  it.each([
    [{ model: 'nobody-has-it' }, 'There is no model "nobody-has-it"'],
    [{ organization: 'nobody' }, 'There is no organization "nobody".'],
  ])('is not found for %j', async (more, sentence) => {
    await channel('one');
    const answer = await explain(more);
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(answer.body.detail).toContain(sentence);
  });

  it.each([
    [{ operation: 'sing' }, 'operation'],
    [{ dialect: 'bedrock-converse' }, 'dialect'],
    [{ tags: 'eu' }, 'tags'],
    [{ needs: ['telepathy'] }, 'needs'],
    [{ group: 'a', organization: 'b' }, 'group'],
    [{ affinityKey: 'a' }, 'organization'],
    [{ colour: 'red' }, 'colour'],
  ])('is refused for %j with the field at fault', async (more, field) => {
    const { status, body } = await explain(more);
    expect(status).toBe(400);
    expect(body.errors.map((error: Json) => error.field)).toContain(field);
  });

  it('is told to nobody without a proof', async () => {
    const answer = await call(api.app, {
      ...{ method: 'POST', path: '/api/v1/routing/explain', body: { model } },
    });
    expect(answer.status).toBe(401);
  });
});
