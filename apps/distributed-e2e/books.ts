import pg from 'pg';

/** What Postgres holds, read past every service: the test's own accountant. */
export interface Books {
  /** Request id → charge in nano-USD. */
  readonly charges: ReadonlyMap<string, bigint>;
  /** Rows of the usage records; more than ids would mean one request recorded twice. */
  readonly recordCount: number;
  /** Sum of what charges posted to the organisation's account, as a positive amount. */
  readonly charged: bigint;
  /** Sum of all postings of the organisation's account. */
  readonly posted: bigint;
  /** The projection that admission is fed from. */
  readonly balance: bigint;
  /** Sum over all postings of all accounts: zero. */
  readonly total: bigint;
}

export async function readBooks(databaseUrl: string, organizationId: string): Promise<Books> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    // All of one moment: charges may be committed between two of these statements.
    await client.query('begin isolation level repeatable read read only');
    const account = `org:${organizationId}`;
    const records = await client.query<{ id: string; charge: string }>(
      'select id, charge from billing.usage_records where organization_id = $1',
      [organizationId],
    );
    const sums = await client.query<{ charged: string; posted: string; balance: string; total: string }>(
      `select
         coalesce(-sum(amount) filter (where p.account = $1 and t.kind = 'usage'), 0)::text as charged,
         coalesce(sum(amount) filter (where p.account = $1), 0)::text as posted,
         coalesce(sum(amount), 0)::text as total,
         coalesce((select balance from billing.accounts where id = $1), 0)::text as balance
       from billing.postings p join billing.transactions t on t.id = p.transaction_id`,
      [account],
    );
    const [row] = sums.rows;
    if (row === undefined) throw new Error('the ledger answered nothing');
    return {
      charges: new Map(records.rows.map(({ id, charge }) => [id, BigInt(charge)])),
      recordCount: records.rows.length,
      charged: BigInt(row.charged),
      posted: BigInt(row.posted),
      balance: BigInt(row.balance),
      total: BigInt(row.total),
    };
  } finally {
    await client.end();
  }
}
