import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { type ChannelProbeReply, type ChannelProbeRequest, RPC } from '@tollgate/contracts';
import { natsRpcTransport, type NatsRpcOptions } from '@tollgate/messaging/rpc';

/** The channels that proxies were asked to try. */
const probed: string[] = [];

@Controller()
class ProbeResponder {
  @MessagePattern(RPC.channelProbe)
  probe(@Payload() { channelId, streamed }: ChannelProbeRequest): ChannelProbeReply {
    probed.push(channelId);
    return {
      ...{ operation: 'chat', model: 'a', credential: 0, streamed },
      ...{ failure: null, blamesChannel: false, message: null, firstByteMs: 12, durationMs: 34 },
    };
  }
}

@Module({ controllers: [ProbeResponder] })
class FakeProxyModule {}

/** A proxy on NATS that does nothing but try channels, and finds them well. */
export class FakeProxy {
  private constructor(private readonly service: INestMicroservice) {}

  static async start(options: NatsRpcOptions): Promise<FakeProxy> {
    const transport = { ...natsRpcTransport(options).microservice(), logger: false as const };
    const service = await NestFactory.createMicroservice(FakeProxyModule, transport);
    await service.listen();
    return new FakeProxy(service);
  }

  get probed(): readonly string[] {
    return probed;
  }

  async stop(): Promise<void> {
    await this.service.close();
    probed.length = 0;
  }
}
