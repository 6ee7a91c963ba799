import { budgetAccount, budgetSpanAt, type BudgetAccount } from '@tollgate/admission';
import type { ApiKeyDocument, BudgetScope, BudgetReference, OrganizationDocument } from '@tollgate/contracts';
import type { Identity } from './identities.js';

interface Known {
  readonly organization: OrganizationDocument;
  readonly accounts: readonly BudgetAccount[];
  /** When the first of their periods began and ends; milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validUntil: number;
}

/**
 * The accounts of the budgets that an identity's requests are held from. They are worked out once a period and kept
 * with the key's document: a change of it, or of the organisation's, makes another document.
 */
export class BudgetAccounts {
  private readonly known = new WeakMap<ApiKeyDocument, Known>();

  /** @param at milliseconds since the epoch @returns `undefined` for the many that have no budget */
  of({ apiKey, organization }: Identity, at: number): readonly BudgetAccount[] | undefined {
    if (apiKey.budgets.length === 0 && organization.budgets.length === 0) return undefined;
    const known = this.known.get(apiKey);
    if (
      known !== undefined &&
      known.organization === organization &&
      at >= known.validFrom &&
      at < known.validUntil
    ) {
      return known.accounts;
    }
    const accounts = [
      ...organization.budgets.map((budget) => accountOf(budget, 'organization', at)),
      ...apiKey.budgets.map((budget) => accountOf(budget, 'api-key', at)),
    ];
    const fresh: Known = {
      organization,
      accounts: accounts.map(({ account }) => account),
      validFrom: Math.max(...accounts.map(({ startsAt }) => startsAt)),
      validUntil: Math.min(...accounts.map(({ account }) => account.endsAt)),
    };
    this.known.set(apiKey, fresh);
    return fresh.accounts;
  }
}

function accountOf(
  { id, period }: BudgetReference,
  scope: BudgetScope,
  at: number,
): { readonly account: BudgetAccount; readonly startsAt: number } {
  const span = budgetSpanAt(period, at);
  const account = budgetAccount(id, period, span);
  return { account: { account, id, scope, period, endsAt: span.endsAt }, startsAt: span.startsAt };
}
