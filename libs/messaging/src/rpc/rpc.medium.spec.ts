import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Module, UseFilters, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, type ClientProxy } from '@nestjs/microservices';
import { GatewayError } from '@tollgate/contracts';
import { testServers, uniqueName } from '@tollgate/testing';
import 'reflect-metadata';
import {
  callRpc,
  GatewayErrorRpcFilter,
  inProcessRpcTransport,
  natsRpcTransport,
  type RpcTransport,
} from './index.js';

@Controller()
@UseFilters(GatewayErrorRpcFilter)
class Handlers {
  @MessagePattern('spec.echo')
  echo(request: unknown): unknown {
    return { got: request };
  }

  @MessagePattern('spec.refuse')
  refuse(): never {
    throw new GatewayError('not_found', 'There is no such thing.');
  }

  @MessagePattern('spec.break')
  break(): never {
    throw new Error('A secret detail');
  }

  @MessagePattern('spec.hang')
  hang(): Promise<never> {
    return new Promise(() => undefined);
  }
}

@Module({ controllers: [Handlers] })
class ServiceModule {}

const transports: Record<string, () => RpcTransport> = {
  'in process': () => inProcessRpcTransport(),
  NATS: () => natsRpcTransport({ url: testServers().natsUrl, name: 'spec', namespace: uniqueName('rpc') }),
};

describe.each(Object.entries(transports))('RPC %s', (_name, makeTransport) => {
  let transport: RpcTransport;
  let service: INestMicroservice;
  let client: ClientProxy;

  beforeEach(async () => {
    transport = makeTransport();
    client = transport.client();
    service = await NestFactory.createMicroservice(ServiceModule, {
      ...transport.microservice(),
      logger: false,
    });
    await service.listen();
  });

  afterEach(async () => {
    await client.close();
    await service.close();
  });

  const call = (pattern: string, request: unknown, timeoutMs = 5_000) =>
    callRpc<unknown, unknown>(client, pattern, request, { timeoutMs });

  it('answers a request with the reply of its handler', async () => {
    expect(await call('spec.echo', { name: 'é', list: [1, null] })).toEqual({
      got: { name: 'é', list: [1, null] },
    });
  });

  it('hands values over as JSON does', async () => {
    const request = { at: new Date(0), absent: undefined };
    expect(await call('spec.echo', request)).toEqual({ got: { at: '1970-01-01T00:00:00.000Z' } });
  });

  it('answers many requests at once, each its own', async () => {
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const replies = await Promise.all(numbers.map((number) => call('spec.echo', { number })));
    expect(replies).toEqual(numbers.map((number) => ({ got: { number } })));
  });

  it('passes on the GatewayError of a handler', async () => {
    await expect(call('spec.refuse', {})).rejects.toMatchObject({
      name: 'GatewayError',
      code: 'not_found',
      message: 'There is no such thing.',
    });
  });

  it('hides what else a handler throws', async () => {
    const broken = call('spec.break', {});
    await expect(broken).rejects.toMatchObject({ code: 'internal_error' });
    await expect(broken).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });

  it('gives up with service_unavailable when the reply takes too long', async () => {
    await expect(call('spec.hang', {}, 100)).rejects.toMatchObject({
      code: 'service_unavailable',
      message: 'The service that answers spec.hang is away: no answer in time.',
    });
  });

  it('fails at once with service_unavailable when nobody serves the pattern', async () => {
    const started = performance.now();
    await expect(call('spec.nobody', {})).rejects.toMatchObject({ code: 'service_unavailable' });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('fails with service_unavailable once the service has stopped', async () => {
    await service.close();
    await expect(call('spec.echo', {})).rejects.toMatchObject({ code: 'service_unavailable' });
  });
});

describe('RPC over NATS', () => {
  it('keeps namespaces apart and shares the calls of one among its replicas', async () => {
    const options = { url: testServers().natsUrl, name: 'spec', namespace: uniqueName('rpc') };
    const services = await Promise.all(
      [1, 2].map(async () => {
        const { strategy } = natsRpcTransport(options).microservice();
        const service = await NestFactory.createMicroservice(ServiceModule, { strategy, logger: false });
        await service.listen();
        return service;
      }),
    );
    const client = natsRpcTransport(options).client();
    const stranger = natsRpcTransport({ ...options, namespace: uniqueName('other') }).client();
    try {
      expect(await callRpc(client, 'spec.echo', 1, { timeoutMs: 5_000 })).toEqual({ got: 1 });
      await expect(callRpc(stranger, 'spec.echo', 1, { timeoutMs: 5_000 })).rejects.toMatchObject({
        code: 'service_unavailable',
      });
    } finally {
      await Promise.all([client.close(), stranger.close(), ...services.map((service) => service.close())]);
    }
  });

  it('fails with service_unavailable when NATS is away', async () => {
    const client = natsRpcTransport({ url: 'nats://127.0.0.1:1', name: 'spec' }).client();
    await expect(callRpc(client, 'spec.echo', 1, { timeoutMs: 8_000 })).rejects.toMatchObject({
      code: 'service_unavailable',
    });
  });
});
