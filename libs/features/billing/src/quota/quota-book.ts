import type { JournalId, LeaseId, NanoUsd } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import { insertRows } from '../database/insert-rows.js';

export interface Consumption {
  readonly account: string;
  readonly holder: JournalId;
  /** `null`: the charge was covered by no lease. */
  readonly leaseId: LeaseId | null;
  readonly amount: NanoUsd;
}

/**
 * What admission has to know, written in the transaction that changes the ledger; the projector carries it to the
 * quota store afterwards. Invariant, per account: credited = ledger balance + everything that leases consumed.
 */
export class QuotaBook {
  /** Charges: taken from their leases; those without a lease, or whose lease is finished, from the credit itself. */
  async consume(manager: EntityManager, consumptions: readonly Consumption[], now: number): Promise<void> {
    const leases = sumLeases(consumptions);
    const live = await this.#consumeLeases(manager, leases, now);
    const direct = new Map<string, NanoUsd>();
    const subtract = (account: string, amount: NanoUsd): void => {
      direct.set(account, (direct.get(account) ?? 0n) - amount);
    };
    for (const { account, leaseId, amount } of consumptions) if (leaseId === null) subtract(account, amount);
    for (const { leaseId, account, amount } of leases) if (!live.has(leaseId)) subtract(account, amount);
    await this.credit(manager, direct);
  }

  /** Credits and corrections: what changes the balance without a lease. */
  async credit(manager: EntityManager, changes: ReadonlyMap<string, NanoUsd>): Promise<void> {
    const rows = [...changes].filter(([, change]) => change !== 0n);
    await upsertAccounts(manager, rows, false);
  }

  /** From now on the quota store knows the account, with what was credited and charged before. */
  async open(manager: EntityManager, account: string): Promise<void> {
    await upsertAccounts(manager, [[account, 0n]], true);
  }

  /** As `open`, several at once, each credited with an amount. */
  async openWith(manager: EntityManager, amounts: ReadonlyMap<string, NanoUsd>): Promise<void> {
    await upsertAccounts(manager, [...amounts], true);
  }

  /** @returns the leases that still take consumption */
  async #consumeLeases(
    manager: EntityManager,
    leases: readonly LeaseUse[],
    now: number,
  ): Promise<ReadonlySet<string>> {
    const seenAt = new Date(now).toISOString();
    const live = await insertRows<LeaseUse, { id: string }>(manager, {
      table: 'billing.leases as l',
      columns: [
        { name: 'id', type: 'text', value: ({ leaseId }) => leaseId },
        { name: 'account', type: 'text', value: ({ account }) => account },
        { name: 'holder', type: 'text', value: ({ holder }) => holder },
        { name: 'consumed', type: 'bigint', value: ({ amount }) => amount.toString() },
        { name: 'seen_at', type: 'timestamptz', value: () => seenAt },
      ],
      rows: leases,
      orderBy: 'id',
      suffix: `on conflict (id) do update set consumed = l.consumed + excluded.consumed, seen_at = excluded.seen_at
        where not l.finished and l.account = excluded.account returning id`,
    });
    return new Set(live.map(({ id }) => id));
  }
}

type LeaseUse = Consumption & { readonly leaseId: LeaseId };

function sumLeases(consumptions: readonly Consumption[]): readonly LeaseUse[] {
  const uses = new Map<LeaseId, LeaseUse>();
  for (const { leaseId, amount, ...rest } of consumptions) {
    if (leaseId === null) continue;
    uses.set(leaseId, { ...rest, leaseId, amount: (uses.get(leaseId)?.amount ?? 0n) + amount });
  }
  return [...uses.values()];
}

async function upsertAccounts(
  manager: EntityManager,
  rows: readonly (readonly [string, NanoUsd])[],
  opened: boolean,
): Promise<void> {
  await insertRows<readonly [string, NanoUsd]>(manager, {
    table: 'billing.quota_accounts as q',
    columns: [
      { name: 'account', type: 'text', value: ([account]) => account },
      { name: 'credited', type: 'bigint', value: ([, change]) => change.toString() },
      { name: 'opened', type: 'boolean', value: () => opened },
      { name: 'version', type: 'bigint', value: () => 1 },
    ],
    rows,
    orderBy: 'account',
    suffix: `on conflict (account) do update set
      credited = q.credited + excluded.credited, opened = q.opened or excluded.opened, version = q.version + 1`,
  });
}
