import type { Clock, VendorQueryReply, VendorQueryRequest } from '@tollgate/contracts';
import { readBalance, readModelList, type Transport } from '@tollgate/providers';
import type { Logger } from '@tollgate/telemetry';
import type { Configuration } from '../configuration/configuration.js';
import type { RoutableChannel } from '../configuration/routable-channel.js';
import { noChannel } from './channel-probes.js';
import { gatherAnswer } from './gathered-answer.js';

export interface VendorQueriesDependencies {
  readonly configuration: Configuration;
  readonly http: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
}

const TOTAL_TIMEOUT_MS = 20_000;
/** A channel may have hundreds; their balances are mostly of one account. */
const CREDENTIALS_MAX = 10;

type Balance = NonNullable<VendorQueryReply['balance']>;

/** Asks vendors what they have and what is left of our money, where their providers say how. */
export class VendorQueries {
  constructor(private readonly dependencies: VendorQueriesDependencies) {}

  /** What a vendor does not tell is `null`. @throws GatewayError `not_found` */
  async query({ channelId }: VendorQueryRequest): Promise<VendorQueryReply> {
    const channel = this.dependencies.configuration.current().channel(channelId);
    if (channel === undefined) throw noChannel(channelId);
    const { modelList } = channel.provider;
    const models =
      modelList === undefined
        ? undefined
        : readModelList(modelList, await this.get(channel, 0, modelList.path));
    return { models: models ?? null, balance: await this.poorest(channel) };
  }

  /** The smallest balance: the first credential that will fail. */
  private async poorest(channel: RoutableChannel): Promise<Balance | null> {
    const { balance: api } = channel.provider;
    if (api === undefined) return null;
    let poorest: Balance | null = null;
    const { hostname } = new URL(channel.origin);
    const count = Math.min(channel.credentialCount, CREDENTIALS_MAX);
    for (let credential = 0; credential < count; credential += 1) {
      const balance = readBalance(api, await this.get(channel, credential, api.path), hostname);
      if (balance !== undefined && (poorest === null || Number(balance.amount) < Number(poorest.amount))) {
        poorest = { ...balance, credential };
      }
    }
    return poorest;
  }

  /** `undefined`: no answer that could be read. */
  private async get(channel: RoutableChannel, credential: number, path: string): Promise<unknown> {
    const { configuration, http, clock, logger } = this.dependencies;
    const unsigned = {
      ...{ method: 'GET', origin: channel.origin, path: channel.pathBelowBase(path) },
      headers: channel.provider.dialects[0]?.headers ?? [],
      body: Buffer.alloc(0),
    };
    const timeouts = { ...configuration.current().settings.upstream, totalTimeoutMs: TOTAL_TIMEOUT_MS };
    try {
      const proof = await channel.credential(credential).headers(unsigned);
      const { connection } = channel;
      const plain = [...unsigned.headers, ...proof];
      const headers = channel.headers?.applied(plain, credential) ?? plain;
      const request = { ...unsigned, headers, timeouts, connection };
      const { status, pieces } = await gatherAnswer(channel.transport(http), request, { clock });
      if (status === 200) return JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown;
      logger.debug({ channelId: channel.id, path, status }, 'a vendor refused to tell');
    } catch (error) {
      logger.debug({ error, channelId: channel.id, path }, 'a vendor could not be asked');
    }
    return undefined;
  }
}
