import type { OrganizationId } from './ids.js';

/** Request/reply patterns between control-plane services (messaging's RPC client and server). */
export const RPC = {
  /** admin asks billing for the balances of organisations. */
  balances: 'billing.balances',
} as const;

export interface BalancesRequest {
  readonly organizationIds: readonly OrganizationId[];
}

export interface BalancesReply {
  /** Organisation id → balance in USD (decimal string); an organisation without an account is absent. */
  readonly balances: Readonly<Record<string, string>>;
}
