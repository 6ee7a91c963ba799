import { organizationAccount } from '@tollgate/admission';
import { formatUsd, type BalancesReply, type OrganizationId } from '@tollgate/contracts';
import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';

/** Balances in USD; an organisation without an account is absent. */
export async function readBalances(
  dataSource: DataSource,
  organizationIds: readonly OrganizationId[],
): Promise<BalancesReply['balances']> {
  const rows = await query<{ id: string; balance: string }>(
    dataSource,
    `select q.account as id, coalesce(a.balance, 0) as balance
      from billing.quota_accounts q left join billing.accounts a on a.id = q.account
      where q.opened and q.account = any($1::text[])`,
    [organizationIds.map(organizationAccount)],
  );
  const byAccount = new Map(rows.map(({ id, balance }) => [id, formatUsd(BigInt(balance))]));
  return Object.fromEntries(
    organizationIds.flatMap((id) => {
      const balance = byAccount.get(organizationAccount(id));
      return balance === undefined ? [] : [[id, balance]];
    }),
  );
}
