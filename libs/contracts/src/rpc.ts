import type { BudgetId, ChannelId, OrganizationId } from './ids.js';

/** Request/reply patterns between services (messaging's RPC client and server). Model traffic never waits for one. */
export const RPC = {
  /** admin asks billing for the balances of organisations. */
  balances: 'billing.balances',
  /** admin asks billing what was spent of budgets. */
  budgets: 'billing.budgets',
  /** channel-health asks a proxy, which alone can open credentials, to try a channel. */
  channelProbe: 'proxy.channel-probe',
  /** channel-health asks a proxy to ask a vendor for its models and our balance. */
  vendorQuery: 'proxy.vendor-query',
} as const;

export interface BalancesRequest {
  readonly organizationIds: readonly OrganizationId[];
}

export interface BalancesReply {
  /** Organisation id → balance in USD (decimal string); an organisation without an account is absent. */
  readonly balances: Readonly<Record<string, string>>;
}

export interface BudgetsRequest {
  readonly budgetIds: readonly BudgetId[];
}

/** A budget in the period that runs now. */
export interface BudgetStanding {
  /** USD, decimal strings. `remaining` is below zero after a charge above its hold, or a lowered amount. */
  readonly spent: string;
  readonly remaining: string;
  /** ISO 8601; `endsAt` is `null` for a total. */
  readonly startsAt: string;
  readonly endsAt: string | null;
}

export interface BudgetsReply {
  /** By budget id; a budget that billing has not heard of yet is absent. */
  readonly budgets: Readonly<Record<string, BudgetStanding>>;
}

export const PROBE_OPERATIONS = ['chat', 'embeddings'] as const;
export type ProbeOperation = (typeof PROBE_OPERATIONS)[number];

/** `null` leaves the choice to the proxy: the cheapest model, what it is for, and the next credential. */
export interface ChannelProbeRequest {
  readonly channelId: ChannelId;
  readonly operation: ProbeOperation | null;
  readonly model: string | null;
  readonly streamed: boolean;
  /** Position in the channel's document. */
  readonly credential: number | null;
}

/** How a tiny request of the gateway's own ended; nobody is charged for it. */
export interface ChannelProbeReply {
  readonly operation: ProbeOperation;
  readonly model: string;
  readonly credential: number;
  readonly streamed: boolean;
  /** An error code or a decisive failure; `null`: it succeeded. */
  readonly failure: string | null;
  /** The failure says something about the channel. */
  readonly blamesChannel: boolean;
  /** One sentence on the failure. */
  readonly message: string | null;
  readonly firstByteMs: number | null;
  readonly durationMs: number;
}

export interface VendorQueryRequest {
  readonly channelId: ChannelId;
}

/** `null`: the vendor has no such API, or did not tell. */
export interface VendorQueryReply {
  /** The vendor's own names. */
  readonly models: readonly string[] | null;
  /** What is left, of the poorest credential; a decimal string. */
  readonly balance: {
    readonly amount: string;
    readonly currency: string;
    readonly credential: number;
  } | null;
}
