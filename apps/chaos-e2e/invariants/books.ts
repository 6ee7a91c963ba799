import pg from 'pg';

/** A usage record, as far as it is compared. */
export interface BookedRequest {
  readonly id: string;
  readonly organizationId: string;
  readonly apiKeyId: string;
  readonly outcome: string;
  /** Nano-USD. */
  readonly charge: bigint;
}

/** What the ledger says of one organisation, in nano-USD. */
export interface AccountSums {
  /** What usage took from the account, as a positive amount. */
  readonly charged: bigint;
  /** Sum of all postings of the account. */
  readonly posted: bigint;
  /** The projection that admission is fed from. */
  readonly balance: bigint;
}

/** What billing counts of one budget, in nano-USD, period by period. */
export interface BudgetSums {
  readonly scope: string;
  readonly scopeId: string;
  readonly periods: readonly {
    readonly account: string;
    readonly amount: bigint;
    readonly spent: bigint;
  }[];
}

/** What Postgres holds, read past every service. */
export interface Books {
  readonly records: readonly BookedRequest[];
  /** Ids that are known for ever; as many as records. */
  readonly idCount: number;
  readonly accounts: ReadonlyMap<string, AccountSums>;
  /** Sum over all postings of all accounts: zero. */
  readonly total: bigint;
  /** What billing found odd: kind and how often. Of counts that are not the vendor's, `usage_missing`. */
  readonly findings: ReadonlyMap<string, number>;
  readonly budgets: readonly BudgetSums[];
}

export async function readBooks(databaseUrl: string): Promise<Books> {
  const client = new pg.Client(databaseUrl);
  client.on('error', () => undefined);
  await client.connect();
  try {
    // One snapshot: a charge between two statements would look like a mistake.
    await client.query('begin transaction isolation level repeatable read read only');
    return await readAll(client);
  } finally {
    await client.end();
  }
}

async function readAll(client: pg.Client): Promise<Books> {
  const records = await client.query<
    Record<'id' | 'organization_id' | 'api_key_id' | 'outcome' | 'charge', string>
  >('select id, organization_id, api_key_id, outcome, charge::text from billing.usage_records');
  const ids = await client.query<{ count: number }>('select count(*)::int as count from billing.usage_ids');
  const sums = await client.query<Record<'account' | 'charged' | 'posted' | 'balance', string>>(
    `select a.id as account, a.balance::text as balance, coalesce(sum(p.amount), 0)::text as posted,
       coalesce(-sum(p.amount) filter (where t.kind = 'usage'), 0)::text as charged
     from billing.accounts a left join billing.postings p on p.account = a.id
       left join billing.transactions t on t.id = p.transaction_id
     group by a.id, a.balance`,
  );
  const findings = await client.query<{ kind: string; count: number }>(
    `select case when details->'counts' = '["usage_missing"]' then 'usage_missing' else kind end as kind,
       count(*)::int as count
     from billing.findings group by 1`,
  );
  return {
    records: records.rows.map(({ id, organization_id, api_key_id, outcome, charge }) => ({
      ...{ id, outcome },
      organizationId: organization_id,
      apiKeyId: api_key_id,
      charge: BigInt(charge),
    })),
    idCount: ids.rows[0]?.count ?? 0,
    accounts: new Map(
      sums.rows.map(({ account, charged, posted, balance }) => [
        account,
        { charged: BigInt(charged), posted: BigInt(posted), balance: BigInt(balance) },
      ]),
    ),
    total: sums.rows.reduce((total, { posted }) => total + BigInt(posted), 0n),
    findings: new Map(findings.rows.map(({ kind, count }) => [kind, count])),
    budgets: await readBudgets(client),
  };
}

async function readBudgets(client: pg.Client): Promise<readonly BudgetSums[]> {
  const { rows } = await client.query<
    Record<'id' | 'scope' | 'scopeId' | 'account' | 'amount' | 'spent', string>
  >(
    `select b.id, b.scope_kind as scope, b.scope_id as "scopeId", p.account, p.amount::text, p.spent::text
     from billing.budgets b join billing.budget_periods p on p.budget_id = b.id`,
  );
  return [...Map.groupBy(rows, ({ id }) => id).values()].map((periods) => ({
    scope: periods[0]?.scope ?? '',
    scopeId: periods[0]?.scopeId ?? '',
    periods: periods.map(({ account, amount, spent }) => ({
      account,
      amount: BigInt(amount),
      spent: BigInt(spent),
    })),
  }));
}
