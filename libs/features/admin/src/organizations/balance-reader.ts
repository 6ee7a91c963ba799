import type { ClientProxy } from '@nestjs/microservices';
import { RPC, type BalancesReply, type BalancesRequest, type OrganizationId } from '@tollgate/contracts';
import { callRpc } from '@tollgate/messaging/rpc';
import type { Logger } from '@tollgate/telemetry';

/** A list of organisations must not wait long for numbers beside it. */
const REPLY_TIMEOUT_MS = 2_000;

/** Asks billing for balances; admin shows them and keeps none. */
export class BalanceReader {
  constructor(
    private readonly rpcClient: ClientProxy | undefined,
    private readonly logger: Logger,
  ) {}

  /** USD by organisation id, decimal strings; an organisation is absent while its balance is not known. */
  async read(organizationIds: readonly string[]): Promise<Readonly<Record<string, string>>> {
    if (this.rpcClient === undefined || organizationIds.length === 0) return {};
    const request: BalancesRequest = { organizationIds: organizationIds as readonly OrganizationId[] };
    try {
      const { balances } = await callRpc<BalancesRequest, BalancesReply>(
        this.rpcClient,
        RPC.balances,
        request,
        { timeoutMs: REPLY_TIMEOUT_MS },
      );
      return balances;
    } catch (error) {
      this.logger.warn({ error }, 'Billing did not tell the balances.');
      return {};
    }
  }
}
