import type { BudgetPeriod, ConfigChange, Limits, PriceSheet, SettingsDocument } from '@tollgate/contracts';
import type { ChannelValues } from '../../channels/channel-values.js';
import type { ModelValues } from '../../models/model-values.js';
import type { ConfigProblem } from '../config-problems.js';

/** What carries the change out; an `id` means update. */
export type Operation =
  | {
      readonly kind: 'organization';
      readonly id?: string;
      readonly values: OrganizationValues;
    }
  | { readonly kind: 'channel'; readonly id?: undefined; readonly values: ChannelValues }
  | { readonly kind: 'channel'; readonly id: string; readonly values: Partial<ChannelValues> }
  | {
      readonly kind: 'model';
      readonly id?: string;
      readonly values: Partial<ModelValues> & { readonly name: string };
    }
  | {
      readonly kind: 'price';
      readonly model: string;
      /** Milliseconds since the epoch; `null` is the time of the apply. */
      readonly effectiveFrom: number | null;
      readonly prices: PriceSheet;
    }
  | { readonly kind: 'key'; readonly id?: undefined; readonly values: NewKeyValues }
  | { readonly kind: 'key'; readonly id: string; readonly values: KeyChangeValues }
  | BudgetOperation
  | { readonly kind: 'settings'; readonly value: SettingsDocument };

export type BudgetOperation =
  | {
      readonly kind: 'budget';
      readonly id?: undefined;
      readonly owner: BudgetOwner;
      readonly values: BudgetValues & { readonly period: BudgetPeriod; readonly soft: boolean };
    }
  | {
      readonly kind: 'budget';
      readonly id: string;
      readonly remove?: undefined;
      readonly values: Partial<BudgetValues>;
    }
  | { readonly kind: 'budget'; readonly id: string; readonly remove: true };

export interface BudgetValues {
  /** USD a period. */
  readonly amount: string;
  /** Percentages, ascending. */
  readonly thresholds: readonly number[];
}

/** By names: the same plan may make it. */
export type BudgetOwner =
  | { readonly scope: 'organization'; readonly organization: string }
  | { readonly scope: 'api-key'; readonly organization: string; readonly key: string };

/** How often, and from where, requests may come; `null` lifts the rule. */
export interface AccessValues {
  readonly limits?: Limits | null;
  readonly allowedAddresses?: readonly string[] | null;
}

export interface OrganizationValues extends AccessValues {
  readonly name: string;
  readonly group?: string;
  readonly openingBalance?: string;
}

export interface KeyChangeValues extends AccessValues {
  readonly secret?: string;
  readonly models?: readonly string[];
  /** `null` lifts it. */
  readonly requireTags?: readonly string[] | null;
  readonly expiresAt?: number;
}

export interface NewKeyValues extends KeyChangeValues {
  readonly name: string;
  /** By name: the organisation may be made by the same plan. */
  readonly organization: string;
}

export interface PlannedChange {
  /** For people. */
  readonly change: ConfigChange;
  readonly operation: Operation;
}

/** What one planning step says. Notes are what the operator should know and nothing has to be done about. */
export interface PlanPart {
  readonly changes: readonly PlannedChange[];
  readonly problems: readonly ConfigProblem[];
  readonly notes: readonly string[];
}
