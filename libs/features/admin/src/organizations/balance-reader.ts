import type { ClientProxy } from '@nestjs/microservices';
import { RPC, type BalancesReply, type BalancesRequest, type OrganizationId } from '@tollgate/contracts';
import type { Logger } from '@tollgate/telemetry';
import { firstValueFrom, timeout } from 'rxjs';

/** The part of Nest's RPC client that admin uses. */
export type RpcClient = Pick<ClientProxy, 'send'>;

/** A list of organisations must not wait long for numbers beside it. */
const REPLY_TIMEOUT_MS = 2_000;

/** Asks billing for balances; admin shows them and keeps none. */
export class BalanceReader {
  constructor(
    private readonly rpcClient: RpcClient | undefined,
    private readonly logger: Logger,
  ) {}

  /** USD by organisation id, decimal strings; an organisation is absent while its balance is not known. */
  async read(organizationIds: readonly string[]): Promise<Readonly<Record<string, string>>> {
    if (this.rpcClient === undefined || organizationIds.length === 0) return {};
    const request: BalancesRequest = { organizationIds: organizationIds as readonly OrganizationId[] };
    try {
      const reply = this.rpcClient.send<BalancesReply, BalancesRequest>(RPC.balances, request);
      const { balances } = await firstValueFrom(reply.pipe(timeout(REPLY_TIMEOUT_MS)));
      return balances;
    } catch (error) {
      this.logger.warn({ error }, 'Billing did not tell the balances.');
      return {};
    }
  }
}
