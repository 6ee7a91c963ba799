import { Controller, UseFilters } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  PROBE_OPERATIONS,
  RPC,
  type ChannelId,
  type ChannelProbeReply,
  type VendorQueryReply,
} from '@tollgate/contracts';
import { GatewayErrorRpcFilter } from '@tollgate/messaging/rpc';
import { z } from 'zod';
import { ProxyService } from '../proxy-service.js';

const channelId = z.string().transform((id) => id as ChannelId);

const probeRequest = z.object({
  channelId,
  operation: z.enum(PROBE_OPERATIONS).nullable(),
  model: z.string().nullable(),
  streamed: z.boolean(),
  credential: z.number().int().min(0).nullable(),
});

/** What channel-health asks a proxy for. Reachable over the messaging's RPC only. */
@Controller()
@UseFilters(GatewayErrorRpcFilter)
export class ProbeController {
  constructor(private readonly service: ProxyService) {}

  @MessagePattern(RPC.channelProbe)
  probe(@Payload() payload: unknown): Promise<ChannelProbeReply> {
    return this.service.probes.probe(probeRequest.parse(payload));
  }

  @MessagePattern(RPC.vendorQuery)
  query(@Payload() payload: unknown): Promise<VendorQueryReply> {
    return this.service.vendorQueries.query(z.object({ channelId }).parse(payload));
  }
}
