import { organizationAccount } from '@tollgate/admission';
import type { Clock, NanoUsd, OrganizationId } from '@tollgate/contracts';
import { withTransaction } from '@tollgate/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { query } from '../database/query.js';
import { SYSTEM_ACCOUNTS, type LedgerEntry } from '../ledger/ledger-entry.js';
import type { Ledger } from '../ledger/ledger.js';
import type { QuotaBook } from '../quota/quota-book.js';

export interface CreditInput {
  readonly organizationId: OrganizationId;
  /** More than 0. */
  readonly amount: NanoUsd;
  readonly reason: string;
  /** The caller's; the same key with the same input gives the same result. */
  readonly idempotencyKey: string;
}

export interface Credit {
  readonly transactionId: string;
  readonly organizationId: OrganizationId;
  readonly amount: NanoUsd;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Right after this credit. */
  readonly balance: NanoUsd;
}

/** In order of precedence. */
export type CreditResult =
  | { readonly status: 'unknown-organization' }
  | { readonly status: 'conflict' }
  | { readonly status: 'credited'; readonly credit: Credit };

export interface CreditsDependencies {
  readonly dataSource: DataSource;
  readonly ledger: Ledger;
  readonly quotaBook: QuotaBook;
  readonly clock: Clock;
}

/** Money that an administrator gives an organisation. */
export class Credits {
  constructor(private readonly dependencies: CreditsDependencies) {}

  async credit(input: CreditInput): Promise<CreditResult> {
    const { dataSource, ledger, quotaBook, clock } = this.dependencies;
    const account = organizationAccount(input.organizationId);
    return withTransaction(dataSource, async (manager): Promise<CreditResult> => {
      if (!(await isOpen(manager, account))) return { status: 'unknown-organization' };
      const entry = creditEntry(account, input, clock.now());
      // The quota book's row first, as every writer locks it before the ledger's; taken back if nothing is recorded.
      await quotaBook.credit(manager, new Map([[account, input.amount]]));
      const [result] = await ledger.record(manager, [entry]);
      if (result?.status !== 'recorded') await quotaBook.credit(manager, new Map([[account, -input.amount]]));
      if (result === undefined || result.status === 'conflict') return { status: 'conflict' };
      return { status: 'credited', credit: await readCredit(manager, result.transactionId, input) };
    });
  }
}

function creditEntry(account: string, input: CreditInput, at: number): LedgerEntry {
  return {
    kind: 'credit',
    idempotencyKey: `credit:${input.idempotencyKey}`,
    description: input.reason,
    at,
    postings: [
      { account: SYSTEM_ACCOUNTS.creditIssued, amount: -input.amount },
      { account, amount: input.amount },
    ],
  };
}

async function isOpen(manager: EntityManager, account: string): Promise<boolean> {
  const rows = await query(manager, 'select 1 from billing.quota_accounts where account = $1 and opened', [
    account,
  ]);
  return rows.length > 0;
}

async function readCredit(
  manager: EntityManager,
  transactionId: string,
  input: CreditInput,
): Promise<Credit> {
  const [row] = await query<{ at: Date; balance_after: string }>(
    manager,
    `select t.at, p.balance_after from billing.transactions t
      join billing.postings p on p.transaction_id = t.id and p.account = $2 where t.id = $1`,
    [transactionId, organizationAccount(input.organizationId)],
  );
  if (row === undefined) throw new Error(`The credit ${transactionId} was recorded and can't be read.`);
  return { transactionId, ...input, at: row.at.getTime(), balance: BigInt(row.balance_after) };
}
