import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { channelStatusKey, type SealedSecret } from '@tollgate/contracts';
import { credentialAssociation, credentialsFingerprint, sealSecret } from '@tollgate/security';
import { chatVendor, eventually, type FakeVendor, ManualClock, type VendorRequest } from '@tollgate/testing';
import { chat, USAGE } from '../test-support/chat-ground.js';
import { ProxyWorld, settled } from '../test-support/proxy-world.js';
import { VendorPair } from '../test-support/vendor-pair.js';

const GOOD = chatVendor(['Hello'], USAGE);
const refusal = (status: number, headers: Readonly<Record<string, string>> = {}) => ({
  kind: 'answer' as const,
  status,
  body: { error: { message: 'no' } },
  headers,
});

describe('routing in the proxy', () => {
  let world: ProxyWorld;
  let clock: ManualClock;
  let vendors: VendorPair;
  let first: FakeVendor;
  let second: FakeVendor;

  beforeAll(async () => {
    vendors = await VendorPair.start();
    ({ first, second } = vendors);
  });
  afterAll(() => vendors.stop());

  beforeEach(async () => {
    vendors.renew(GOOD);
    clock = new ManualClock();
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', first, { priority: 10, credentials: sealed(made, ['sk-up-0', 'sk-up-1']) });
      await made.putChannel('c2', second);
      await made.putPrice('gpt-4o', { input: '2.50', output: '10.00' });
    }, clock);
  });
  afterEach(() => world.stop());

  const sealed = ({ keyring }: ProxyWorld, secrets: readonly string[]) =>
    secrets.map((secret) => sealSecret(keyring.current, secret, credentialAssociation('c1', first.baseUrl)));
  const keysAsked = () => first.requests.map(({ headers }) => headers.authorization?.slice(-1));
  const lastAttempts = () => world.journal.ends.at(-1)?.attempts;

  it('asks the credentials of a channel in turn', async () => {
    for (let request = 0; request < 4; request += 1) await world.send(chat());
    expect(keysAsked()).toEqual(['0', '1', '0', '1']);
  });

  it('asks the credential whose prompt cache a request belongs to, wherever it stands by now', async () => {
    const ask = () => world.send({ ...chat(), prompt_cache_key: 'a' });
    await ask();
    const reordered = sealed(world, ['sk-up-1', 'sk-up-0']);
    await world.putChannel('c1', first, { priority: 10, credentials: reordered });
    await ask();
    const [before, after] = keysAsked();
    expect(after).toBe(before);
    await world.putChannel('c1', first, {
      priority: 10,
      credentials: sealed(world, ['sk-up-2', 'sk-up-3', 'sk-up-4']),
    });
    expect((await ask()).status).toBe(200);
    expect(['2', '3', '4']).toContain(keysAsked()[2]);
  });

  it('obeys what channel-health says of a credential until another has its position', async () => {
    const status = async (credentials: readonly SealedSecret[]) => {
      const part = { position: 0, state: 'open', reason: 'bad', retryAt: null };
      await world.documents.bucket('health').put(channelStatusKey('c1'), {
        ...{ channelId: 'c1', state: 'healthy', reason: 'well', since: 0, retryAt: null },
        ...{ credentials: [part], credentialsFingerprint: credentialsFingerprint(credentials) },
      });
      await settled();
    };
    const [bad, good] = sealed(world, ['sk-up-0', 'sk-up-1']) as [SealedSecret, SealedSecret];
    await world.putChannel('c1', first, { priority: 10, credentials: [bad, good] });
    await status([bad, good]);
    for (let request = 0; request < 2; request += 1) await world.send(chat());
    expect(keysAsked()).toEqual(['1', '1']);
    await world.putChannel('c1', first, { priority: 10, credentials: [good, ...sealed(world, ['sk-up-2'])] });
    for (let request = 0; request < 2; request += 1) await world.send(chat());
    expect(keysAsked().slice(2).sort()).toEqual(['1', '2']);
  });

  it.each([401, 402, 403, 429])(
    'tries another credential of the channel after %i, and lets the one that failed rest alone',
    async (status) => {
      first.respond((request: VendorRequest) =>
        request.headers.authorization === 'Bearer sk-up-0' ? refusal(status) : GOOD(request),
      );
      expect((await world.send(chat())).status).toBe(200);
      expect(keysAsked()).toEqual(['0', '1']);
      await world.send(chat());
      await world.send(chat());
      expect(keysAsked()).toEqual(['0', '1', '1', '1']);
      expect(second.requests).toHaveLength(0);
      clock.advance(1_000);
      first.respond(GOOD);
      await world.send(chat());
      await world.send(chat());
      expect(keysAsked().slice(4).sort()).toEqual(['0', '1']);
    },
  );

  it('leaves the channel, all its credentials, after a failure that speaks against the whole of it', async () => {
    first.respond(refusal(500));
    expect((await world.send(chat())).status).toBe(200);
    expect(keysAsked()).toEqual(['0']);
    expect(second.requests).toHaveLength(1);
    expect(world.traced.map(({ credential, model, result }) => [credential, model, result])).toEqual([
      [0, 'gpt-4o', 'upstream_error'],
      [0, 'gpt-4o', 'ok'],
    ]);
  });

  it('leaves a vendor alone for as long as it demands, and says how long when nobody else is left', async () => {
    first.respond(refusal(503, { 'retry-after': '77' }));
    await world.send(chat());
    await world.send(chat());
    expect([first.requests.length, second.requests.length]).toEqual([1, 2]);
    second.respond(refusal(429, { 'retry-after': '9' }));
    await world.send(chat());
    const refused = await world.send(chat());
    expect([refused.status, refused.json.error.code]).toEqual([503, 'no_channel_available']);
    expect(refused.headers['retry-after']).toBe('9');
    expect([first.requests.length, second.requests.length]).toEqual([1, 3]);
    clock.advance(9_000);
    second.respond(GOOD);
    expect((await world.send(chat())).status).toBe(200);
  });

  it('rests nothing where the operator switched health off', async () => {
    await world.putSettings({ health: { enabled: false } });
    first.respond(refusal(503, { 'retry-after': '77' }));
    await world.send(chat());
    await world.send(chat());
    expect(first.requests).toHaveLength(2);
  });

  it('goes on with a credential that failed when there is no other way', async () => {
    first.respond(refusal(401));
    second.respond(refusal(401));
    await world.send(chat());
    first.respond(GOOD);
    expect((await world.send(chat())).status).toBe(200);
  });

  it('begins no attempt once the time for attempts is over', async () => {
    await world.putSettings({ routing: { totalTimeMaxMs: 20 } });
    first.respond(() => {
      clock.advance(21);
      return refusal(500);
    });
    const answer = await world.send(chat());
    expect([answer.status, answer.json.error.code]).toEqual([502, 'upstream_error']);
    expect(lastAttempts()).toBe(1);
    expect(second.requests).toHaveLength(0);
  });

  it('asks the channel that costs least where the operator says so, whatever the weights', async () => {
    const cost = (input: string) => ({ models: [{ name: 'gpt-4o', upstream: 'gpt-4o', cost: { input } }] });
    await world.putChannel('c1', first, { weight: 9, ...cost('2.00') });
    await world.putChannel('c2', second, { weight: 1, ...cost('1.00') });
    await world.putSettings({ routing: { strategy: 'lowest-cost' } });
    for (let request = 0; request < 3; request += 1) await world.send(chat());
    expect([first.requests.length, second.requests.length]).toEqual([0, 3]);
  });

  const judge = async (changes: object): Promise<void> => {
    const status = { channelId: 'c1', state: 'healthy', reason: '', since: 0, retryAt: null, ...changes };
    await world.documents.bucket('health').put(channelStatusKey('c1'), status);
    await settled();
  };

  it('tries a half-open channel with one request at a time, however many come', async () => {
    await judge({ state: 'half-open' });
    first.respond({ kind: 'silent' });
    const trial = world.send(chat()).catch(() => undefined);
    await eventually(() => first.requests.length === 1, 'the trial');
    for (let request = 0; request < 3; request += 1) expect((await world.send(chat())).status).toBe(200);
    expect([first.requests.length, second.requests.length]).toEqual([1, 3]);
    world.server.closeAllConnections();
    await trial;
    await eventually(() => world.service.dataPlane.inFlight === 0, 'the end of the trial');
    first.respond(GOOD);
    expect((await world.send(chat())).status).toBe(200);
    expect([first.requests.length, second.requests.length]).toEqual([2, 3]);
  });

  it('uses no credential that channel-health has opened', async () => {
    await judge({
      credentials: [{ position: 0, state: 'open', reason: 'refused', retryAt: clock.now() + 60_000 }],
    });
    for (let request = 0; request < 3; request += 1) await world.send(chat());
    expect(keysAsked()).toEqual(['1', '1', '1']);
  });
});
