import { describe, expect, it } from '@jest/globals';
import { apiKeyDocument, organizationDocument } from '@tollgate/contracts';
import { BudgetAccounts } from './budget-accounts.js';

const key = (budgets: object[] = []) =>
  apiKeyDocument.parse({
    ...{ id: 'k1', name: 'ci', organizationId: 'o1', status: 'active', expiresAt: null, models: null },
    budgets,
  });
const organization = (budgets: object[] = []) =>
  organizationDocument.parse({ id: 'o1', name: 'acme', status: 'active', group: 'default', budgets });
const at = (time: string): number => Date.parse(time);
const NOON = at('2026-11-26T12:00:00Z');

describe('the accounts of an identity’s budgets', () => {
  const accounts = new BudgetAccounts();

  it('are none without budgets, also in documents that were written before there were any', () => {
    const { budgets: _none, ...former } = key();
    expect(accounts.of({ apiKey: apiKeyDocument.parse(former), organization: organization() }, NOON)).toBe(
      undefined,
    );
  });

  it('are those of the organisation, then those of the key, in the period of the request', () => {
    const identity = {
      apiKey: key([{ id: 'b3', period: 'daily' }]),
      organization: organization([
        { id: 'b1', period: 'total' },
        { id: 'b2', period: 'monthly' },
      ]),
    };
    const found = accounts.of(identity, NOON);
    expect(found?.map(({ account, scope }) => [account, scope])).toEqual([
      ['budget:b1', 'organization'],
      ['budget:b2:2026-11-01', 'organization'],
      ['budget:b3:2026-11-26', 'api-key'],
    ]);
  });

  it('are worked out once a period', () => {
    const identity = { apiKey: key([{ id: 'b', period: 'daily' }]), organization: organization() };
    const first = accounts.of(identity, NOON);
    expect(accounts.of(identity, at('2026-11-26T23:59:59.999Z'))).toBe(first);
    expect(accounts.of(identity, at('2026-11-27T00:00:00Z'))?.[0]?.account).toBe('budget:b:2026-11-27');
    // A clock that steps back names the period that it says.
    expect(accounts.of(identity, NOON)?.[0]?.account).toBe('budget:b:2026-11-26');
  });

  it('follow a change of either document', () => {
    const apiKey = key([{ id: 'k', period: 'total' }]);
    expect(accounts.of({ apiKey, organization: organization() }, NOON)).toHaveLength(1);
    const changed = organization([{ id: 'o', period: 'total' }]);
    expect(accounts.of({ apiKey, organization: changed }, NOON)).toHaveLength(2);
    expect(accounts.of({ apiKey: key(), organization: changed }, NOON)).toHaveLength(1);
  });
});
