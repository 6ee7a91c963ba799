import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Module, type INestMicroservice, UseFilters } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy, MessagePattern, Payload } from '@nestjs/microservices';
import {
  type ChannelProbeReply,
  type ChannelProbeRequest,
  GatewayError,
  RPC,
  type VendorQueryReply,
} from '@tollgate/contracts';
import { GatewayErrorRpcFilter, inProcessRpcTransport } from '@tollgate/messaging/rpc';
import { eventually } from '@tollgate/testing';
import { HealthWorld, key, model, type Replica, SECOND } from '../test-support/health-world.js';

jest.setTimeout(30_000);

/** What the proxy of these tests answers, and what it was asked. */
const proxy = {
  failure: null as string | null,
  lacks: null as string | null,
  vendor: { models: null, balance: null } as VendorQueryReply,
  probes: [] as ChannelProbeRequest[],
};

@Controller()
@UseFilters(GatewayErrorRpcFilter)
class FakeProxy {
  @MessagePattern(RPC.channelProbe)
  probe(@Payload() request: ChannelProbeRequest): ChannelProbeReply {
    proxy.probes.push(request);
    if (proxy.lacks !== null && request.operation === proxy.lacks) {
      throw new GatewayError('unsupported_operation', 'The channel has no model that a probe could try.');
    }
    world.clock.advance(34);
    const { failure } = proxy;
    return {
      operation: request.operation ?? 'chat',
      ...{ model: request.model ?? 'a', credential: request.credential ?? 0, streamed: request.streamed },
      ...{ failure, blamesChannel: failure !== null, message: failure === null ? null : 'It failed.' },
      ...{ firstByteMs: 12, durationMs: 34 },
    };
  }

  @MessagePattern(RPC.vendorQuery)
  query(): VendorQueryReply {
    return proxy.vendor;
  }
}

@Module({ controllers: [FakeProxy] })
class FakeProxyModule {}

let world: HealthWorld;
let service: INestMicroservice;
let rpcClient: ClientProxy;

beforeAll(async () => {
  world = await HealthWorld.create();
  const transport = inProcessRpcTransport();
  const options = { ...transport.microservice(), logger: false as const };
  service = await NestFactory.createMicroservice(FakeProxyModule, options);
  await service.listen();
  rpcClient = transport.client();
});
afterAll(async () => {
  await service.close();
  await world.drop();
});
beforeEach(() => {
  proxy.failure = null;
  proxy.lacks = null;
  proxy.vendor = { models: null, balance: null };
  proxy.probes.length = 0;
});
afterEach(() => world.reset());

/** Judges until it is so: probes are not waited for. */
async function becomes(replica: Replica, id: string, expected: object): Promise<void> {
  await eventually(async () => {
    await replica.judge.judgeNow();
    const status = await world.published(id);
    return Object.entries(expected).every(([field, value]) => status?.[field as 'state'] === value);
  }, JSON.stringify(expected));
}

describe('scheduled probes', () => {
  it('bring back what is on trial without a request of anybody', async () => {
    const id = await world.configure('main');
    await world.set({ probes: { enabled: true } });
    const replica = await world.start({ rpcClient });
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    await world.pass(replica, 10 * SECOND);
    await becomes(replica, id, { state: 'healthy', reason: 'The trial succeeded 3 times.' });
    expect(proxy.probes).toHaveLength(3);
    expect(proxy.probes[0]).toMatchObject({ channelId: id, model: null, credential: null });
  });

  it('ask for the operations and streams that the operator wants, and pass over what a channel lacks', async () => {
    const id = await world.configure('main');
    await world.set({ probes: { enabled: true, stream: true, operations: ['embeddings', 'chat'] } });
    proxy.lacks = 'embeddings';
    const replica = await world.start({ rpcClient });
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    await world.pass(replica, 10 * SECOND);
    await becomes(replica, id, { state: 'healthy', reason: 'The trial succeeded 3 times.' });
    expect(proxy.probes.map(({ operation, streamed }) => [operation, streamed])).toEqual([
      ['embeddings', true],
      ...Array.from({ length: 3 }, () => ['chat', true]),
    ]);
  });

  it('try the credential or model that is on trial, and rest it again when it fails', async () => {
    const id = await world.configure('main', {
      credentials: [key('one'), key('two')],
      models: [model('a', 'vendor-a'), model('b', 'vendor-b')],
    });
    await world.set({ probes: { enabled: true } });
    proxy.failure = 'credential_invalid';
    const replica = await world.start({ rpcClient });
    await world.observe(replica, id, { credential: 1, model: 'a', failed: { credential_invalid: 1 } });
    await world.pass(replica, 10 * SECOND);
    const onTrialAt = world.clock.now();
    await eventually(async () => {
      await replica.judge.judgeNow();
      const [part] = (await world.published(id))?.credentials ?? [];
      return part?.state === 'open' && Number(part.retryAt) > onTrialAt + 19 * SECOND;
    }, 'the credential to rest again');
    expect(proxy.probes).toMatchObject([{ credential: 1, model: null }]);
  });

  it('are off unless the operator wants them, and leave open and used channels alone', async () => {
    const [on, used] = [await world.configure('trial'), await world.configure('used')];
    const replica = await world.start({ rpcClient });
    await world.observe(replica, on, { failed: { upstream_error: 10 } });
    await world.pass(replica, 10 * SECOND);
    await replica.judge.judgeNow();
    expect(proxy.probes).toEqual([]);

    await world.set({ probes: { enabled: true, idleSeconds: 60 } });
    await world.observe(replica, used, { succeeded: 1 });
    expect(proxy.probes.every(({ channelId }) => channelId === on)).toBe(true);

    // When a channel was not used for the time that the operator set, then it is probed once an interval.
    proxy.probes.length = 0;
    await world.pass(replica, 61 * SECOND);
    await eventually(
      () => proxy.probes.some(({ channelId }) => channelId === used),
      'the idle channel to be probed',
    );
    await replica.judge.judgeNow();
    expect(proxy.probes.filter(({ channelId }) => channelId === used)).toHaveLength(1);
  });
});

describe('a probe that an operator asks for', () => {
  it('is made by a proxy, shown, kept, and counts in the health of the channel but not as traffic', async () => {
    const id = await world.configure('main', { credentials: [key('one')], models: [model('a', 'vendor-a')] });
    const replica = await world.start({ rpcClient });
    proxy.failure = 'credential_invalid';
    const asked = { operation: 'chat', model: 'a', stream: true, credential: 0 };
    const response = await world.post(replica, `/channels/${id}/probe`, asked);
    const probe = {
      ...{ id: expect.any(String), at: new Date(world.clock.now()).toISOString(), trigger: 'manual' },
      ...{ operation: 'chat', model: 'a', credential: 0, streamed: true },
      ...{ failure: 'credential_invalid', message: 'It failed.', firstByteMs: 12, durationMs: 34 },
    };
    expect([response.statusCode, response.json()]).toEqual([200, probe]);
    expect(proxy.probes).toEqual([
      { channelId: id, operation: 'chat', model: 'a', streamed: true, credential: 0 },
    ]);
    expect((await world.get(replica, `/channels/${id}/probes`)).json()).toEqual({
      items: [probe],
      nextCursor: null,
    });
    await becomes(replica, id, { state: 'open', reason: 'The vendor does not accept the credential.' });
    await world.pass(replica, 60 * SECOND);
    const [shown] = (await world.get(replica, '/status-page?days=1')).json().items;
    expect(shown.days).toMatchObject([{ requests: 0, failed: 0 }]);
  });

  it('and that succeeds ends the rest of what it tried, and of nothing else', async () => {
    const id = await world.configure('main', {
      credentials: [key('one'), key('two')],
      models: [model('a', 'vendor-a'), model('b', 'vendor-b')],
    });
    const replica = await world.start({ rpcClient });
    await world.observe(replica, id, { credential: 0, model: 'a', failed: { credential_invalid: 1 } });
    await world.observe(replica, id, { credential: 1, model: 'b', failed: { model_gone: 1 } });
    const states = async () => {
      const { credentials, models } = (await world.published(id)) ?? {};
      return {
        credentials: credentials?.map(({ state }) => state),
        models: models?.map(({ state }) => state),
      };
    };
    expect(await states()).toEqual({ credentials: ['open'], models: ['open'] });

    proxy.failure = 'credential_invalid';
    await world.post(replica, `/channels/${id}/probe`, { credential: 0, model: 'a' });
    await replica.judge.judgeNow();
    expect(await states()).toEqual({ credentials: ['open'], models: ['open'] });

    proxy.failure = null;
    await world.post(replica, `/channels/${id}/probe`, { credential: 0, model: 'a' });
    await eventually(async () => {
      await replica.judge.judgeNow();
      return (await states()).credentials?.[0] === 'half-open';
    }, 'the credential to be on trial');
    expect(await states()).toEqual({ credentials: ['half-open'], models: ['open'] });
  });

  it.each([
    ['/channels/unknown/probe', {}, 404, 'not_found'],
    ['/channels/ID/probe', { operation: 'dance' }, 400, 'validation_failed'],
    ['/channels/ID/probe', { more: true }, 400, 'validation_failed'],
  ])('at %s with %j is refused with %i %s', async (path, body, status, code) => {
    const id = await world.configure('main');
    const replica = await world.start({ rpcClient });
    const response = await world.post(replica, path.replace('ID', id), body);
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  });

  it('is refused while no proxy answers, and nothing rests because of it', async () => {
    const id = await world.configure('main');
    const replica = await world.start({ rpcClient: inProcessRpcTransport().client() });
    await world.observe(replica, id, { succeeded: 1 });
    const healthy = await world.published(id);
    for (let times = 0; times < 5; times += 1) {
      const response = await world.post(replica, `/channels/${id}/probe`, {});
      expect([response.statusCode, response.json().code]).toEqual([503, 'service_unavailable']);
      await world.pass(replica, SECOND);
    }
    expect(await world.published(id)).toEqual(healthy);
    expect((await world.get(replica, `/channels/${id}/probes`)).json().items).toEqual([]);
  });
});

describe('what a vendor tells', () => {
  it('is asked on a schedule, compared with the channel, and shown', async () => {
    const id = await world.configure('main', { models: [model('a', 'vendor-a'), model('b', 'vendor-b')] });
    await world.set({ vendorChecks: { enabled: true, intervalSeconds: 60 } });
    proxy.vendor = {
      models: ['vendor-a', 'vendor-c'],
      balance: { amount: '3.20', currency: 'USD', credential: 0 },
    };
    const replica = await world.start({ rpcClient });
    const shown = () => world.get(replica, `/channels/${id}/vendor-check`);
    await eventually(async () => (await shown()).statusCode === 200, 'the vendor to be asked');
    expect((await shown()).json()).toMatchObject({
      balance: { amount: '3.20', currency: 'USD', credential: 0, low: true },
      ...{ models: ['vendor-a', 'vendor-c'], missing: ['vendor-b'], added: [], removed: [], changedAt: null },
    });

    proxy.vendor = { models: ['vendor-a', 'vendor-b'], balance: null };
    await world.pass(replica, 61 * SECOND);
    await eventually(async () => (await shown()).json().changedAt !== null, 'the list to change');
    expect((await shown()).json()).toMatchObject({
      balance: { amount: '3.20', low: true },
      ...{ missing: [], added: ['vendor-b'], removed: ['vendor-c'] },
    });
  });

  it('is told by rules that want it, whichever organisations they name', async () => {
    const id = await world.configure('main', { models: [model('a', 'vendor-a')] });
    await world.set({
      vendorChecks: { enabled: true, intervalSeconds: 60 },
      notifications: [
        {
          ...{ name: 'operators', on: ['balance-low', 'models-changed', 'incident-opened'] },
          ...{ organizations: ['acme'], email: { to: ['operators@example.com'] } },
        },
      ],
    });
    const balance = { amount: '3.20', currency: 'USD', credential: 0 };
    proxy.vendor = { models: ['vendor-a'], balance };
    const replica = await world.start({ rpcClient });
    const shown = async () => (await world.get(replica, '/notifications')).json().items;
    await eventually(async () => (await shown()).length === 1, 'the low balance to be told of');
    proxy.vendor = { models: ['vendor-b'], balance };
    await world.pass(replica, 61 * SECOND);
    await eventually(async () => (await shown()).length === 2, 'the changed list to be told of');
    expect(await shown()).toMatchObject([
      { rule: 'operators', kind: 'models-changed', channelId: id },
      { rule: 'operators', kind: 'balance-low', channelId: id },
    ]);
  });

  it('is asked when an operator wants to know', async () => {
    const id = await world.configure('main');
    const replica = await world.start({ rpcClient });
    expect((await world.get(replica, `/channels/${id}/vendor-check`)).statusCode).toBe(404);
    const response = await world.post(replica, `/channels/${id}/vendor-check`, {});
    expect([response.statusCode, response.json()]).toMatchObject([200, { balance: null, models: null }]);
  });
});
