import type { BudgetPeriod, Limits, PriceSheet, SettingsDocument } from '@tollgate/contracts';
import type { ChannelValues } from '../../channels/channel-values.js';
import type { ModelValues } from '../../models/model-values.js';
import type { BudgetOwner } from './plan.js';

export interface CurrentOrganization {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly openingBalance: string;
  readonly limits: Limits | null;
  readonly allowedAddresses: readonly string[] | null;
}

export interface CurrentKey {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly hash: string;
  readonly status: 'active' | 'revoked';
  readonly models: readonly string[] | null;
  readonly requireTags: readonly string[] | null;
  readonly expiresAt: number | null;
  readonly limits: Limits | null;
  readonly allowedAddresses: readonly string[] | null;
}

export interface CurrentBudget {
  readonly id: string;
  readonly owner: BudgetOwner;
  readonly period: BudgetPeriod;
  readonly soft: boolean;
  /** USD a period. */
  readonly amount: string;
  /** Percentages, ascending. */
  readonly thresholds: readonly number[];
}

export interface CurrentPriceVersion {
  readonly version: number;
  readonly effectiveFrom: number;
  readonly prices: PriceSheet;
}

/** What is there of what the file names; read in the transaction that carries the plan out. */
export interface CurrentState {
  readonly organizations: ReadonlyMap<string, CurrentOrganization>;
  /** Credentials unsealed, to be compared. */
  readonly channels: ReadonlyMap<string, ChannelValues & { readonly id: string }>;
  readonly models: ReadonlyMap<string, ModelValues & { readonly id: string }>;
  /** By model; each ascending by date, then version. */
  readonly prices: ReadonlyMap<string, readonly CurrentPriceVersion[]>;
  readonly keys: readonly CurrentKey[];
  /** Of the organisations and the active keys. */
  readonly budgets: readonly CurrentBudget[];
  readonly settings: SettingsDocument;
}
