import { formatUsd } from '@tollgate/contracts';
import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';

/** Figures in USD that must agree, and whether they do. */
export interface Reconciliation {
  readonly balanced: boolean;
  readonly checks: readonly ReconciliationCheck[];
}

export interface ReconciliationCheck {
  readonly name: string;
  readonly holds: boolean;
  /** What must equal `actual`. */
  readonly expected: string;
  readonly actual: string;
}

type Figure =
  | 'postings'
  | 'charges'
  | 'chargesWithoutEntry'
  | 'revenue'
  | 'vendorCosts'
  | 'vendorPayable'
  | 'balances'
  | 'wrongBalances'
  | 'credited'
  | 'quotaBasis';

/** Adds everything up anew, in one statement and so of one moment. Reads all of the ledger: not for every minute. */
export async function reconcile(dataSource: DataSource): Promise<Reconciliation> {
  const [figures] = await query<Record<Figure, string>>(dataSource, FIGURES_SQL);
  if (figures === undefined) throw new Error('A select without from gives one row.');
  const checks = CHECKS.map(({ name, expected, actual }): ReconciliationCheck => {
    const [left, right] = [expected === 'nothing' ? 0n : BigInt(figures[expected]), BigInt(figures[actual])];
    return { name, holds: left === right, expected: formatUsd(left), actual: formatUsd(right) };
  });
  return { balanced: checks.every(({ holds }) => holds), checks };
}

const CHECKS: readonly { name: string; expected: Figure | 'nothing'; actual: Figure }[] = [
  { name: 'all postings add up to zero', expected: 'nothing', actual: 'postings' },
  { name: 'revenue in the ledger is the sum of all charges', expected: 'charges', actual: 'revenue' },
  { name: 'every charge has its ledger transaction', expected: 'nothing', actual: 'chargesWithoutEntry' },
  {
    name: 'vendor payable in the ledger is the sum of all vendor costs',
    expected: 'vendorCosts',
    actual: 'vendorPayable',
  },
  { name: 'balances are the sums of their postings', expected: 'nothing', actual: 'wrongBalances' },
  { name: 'all balances add up to zero', expected: 'nothing', actual: 'balances' },
  {
    name: 'what admission was told is balance, or rest of a budget, plus consumption of leases',
    expected: 'quotaBasis',
    actual: 'credited',
  },
];

const sumOf = (expression: string, from: string): string =>
  `(select coalesce(sum(${expression}), 0) from ${from})`;

const FIGURES_SQL = `select
  ${sumOf('amount', 'billing.postings')} as "postings",
  ${sumOf('charge', 'billing.usage_records')} as "charges",
  ${sumOf('vendor_cost', 'billing.usage_records')} as "vendorCosts",
  ${sumOf('amount', `billing.postings where account = 'revenue'`)} as "revenue",
  ${sumOf('amount', `billing.postings where account = 'vendor-payable'`)} as "vendorPayable",
  ${sumOf(
    'r.charge',
    `billing.usage_records r where r.charge <> 0 and not exists (
    select from billing.transactions t where t.idempotency_key = 'usage:' || r.id)`,
  )} as "chargesWithoutEntry",
  ${sumOf('balance', 'billing.accounts')} as "balances",
  ${sumOf(
    'abs(coalesce(a.balance, 0) - coalesce(p.amount, 0))',
    `billing.accounts a full join
      (select account, sum(amount) as amount from billing.postings group by account) p on p.account = a.id`,
  )} as "wrongBalances",
  ${sumOf('credited', 'billing.quota_accounts')} as "credited",
  ${sumOf('balance', `billing.accounts where id like 'org:%'`)} + ${sumOf('consumed', 'billing.leases')}
    + ${sumOf('amount - spent', 'billing.budget_periods where closed_at is null')} as "quotaBasis"`;
