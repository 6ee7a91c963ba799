import { type ClientProxy } from '@nestjs/microservices';
import {
  type ChannelProbeReply,
  type ChannelProbeRequest,
  RPC,
  type VendorQueryReply,
  type VendorQueryRequest,
} from '@tollgate/contracts';
import { callRpc } from '@tollgate/messaging/rpc';

/** Whoever can ask vendors: this service holds no key to a credential. Both reject with a GatewayError. */
export interface ProbePort {
  probe(request: ChannelProbeRequest): Promise<ChannelProbeReply>;
  query(request: VendorQueryRequest): Promise<VendorQueryReply>;
}

/** Longer than a proxy gives a vendor. */
const PROBE_TIMEOUT_MS = 40_000;
/** One list of models and the balances of ten credentials, each with its own time limit. */
const QUERY_TIMEOUT_MS = 240_000;

/** Any proxy that listens. */
export class RpcProbePort implements ProbePort {
  constructor(private readonly client: ClientProxy) {}

  probe(request: ChannelProbeRequest): Promise<ChannelProbeReply> {
    return callRpc(this.client, RPC.channelProbe, request, { timeoutMs: PROBE_TIMEOUT_MS });
  }

  query(request: VendorQueryRequest): Promise<VendorQueryReply> {
    return callRpc(this.client, RPC.vendorQuery, request, { timeoutMs: QUERY_TIMEOUT_MS });
  }
}
