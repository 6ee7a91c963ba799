import type { Account } from '../world.js';
import type { Books } from './books.js';
import type { AccountQuota } from './quota.js';

/**
 * Ledger = sum of charges, balance = opening credit − charges, never below zero; all postings add up to zero.
 *
 * @param brokenOff answers that vendors broke off: one that lacks nothing but its usage is whole, charged by an estimate,
 *   and noted
 */
export function checkLedger(
  accounts: readonly Account[],
  books: Books,
  brokenOff: number,
): readonly string[] {
  const violations = accounts.flatMap((account) => checkAccount(account, books));
  if (books.total !== 0n) violations.push(`All postings add up to ${books.total} instead of 0.`);
  for (const [kind, count] of books.findings) {
    if (kind !== 'usage_missing' || count > brokenOff)
      violations.push(`Billing noted ${kind} ${count} times.`);
  }
  return violations;
}

function checkAccount({ name, organizationId, opening }: Account, books: Books): string[] {
  const sums = books.accounts.get(accountOf(organizationId));
  if (sums === undefined) return [`${name} has no account.`];
  const own = books.records.filter((record) => record.organizationId === organizationId);
  const due = own.reduce((sum, { charge }) => sum + charge, 0n);
  const { charged, posted, balance } = sums;
  return [
    ...(charged === due ? [] : [`${name}: the ledger took ${charged}, the records say ${due}.`]),
    ...(balance === opening - due ? [] : [`${name}: balance ${balance} instead of ${opening} − ${due}.`]),
    ...(posted === balance ? [] : [`${name}: postings ${posted}, balance ${balance}.`]),
    ...(balance >= 0n ? [] : [`${name}: overdrawn to ${balance}.`]),
  ];
}

/** Ledger balance = available + Σ (granted − consumed), and nothing is held any more once the proxies are idle. */
export function checkQuota(
  accounts: readonly Account[],
  books: Books,
  quota: ReadonlyMap<string, AccountQuota>,
): readonly string[] {
  return accounts.flatMap(({ name, organizationId }) => {
    const account = accountOf(organizationId);
    const balance = books.accounts.get(account)?.balance;
    const store = quota.get(account);
    if (store === undefined || balance === undefined) return [`${name}: the quota store knows no account.`];
    const { available, held } = store;
    return [
      ...(available + held === balance
        ? []
        : [`${name}: ${available} available + ${held} held, but the ledger says ${balance}.`]),
      ...(held === 0n ? [] : [`${name}: ${held} are held by nobody.`]),
    ];
  });
}

function accountOf(organizationId: string): string {
  return `org:${organizationId}`;
}
