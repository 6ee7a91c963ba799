import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables of billing. Amounts are whole nano-USD in `bigint`. What money rests on (ledger, usage records, findings)
 * is append-only; everything else is a projection of it or progress.
 */
export class BillingFoundation1764000000001 implements MigrationInterface {
  readonly name = 'BillingFoundation1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...NAMES, ...PRICES, ...USAGE, ...LEDGER, ...LEDGER_GUARDS, ...PROGRESS]) {
      await runner.query(statement);
    }
  }

  async down(): Promise<void> {
    throw new Error('Billing holds money: its tables are not dropped by a migration.');
  }
}

const NAMES = [
  `create table billing.names (
    kind text not null,
    id text not null,
    name text not null,
    seen_at timestamptz not null,
    primary key (kind, id)
  )`,
];

const PRICES = [
  `create table billing.price_versions (
    card_id text not null,
    version integer not null,
    model text not null,
    effective_from timestamptz not null,
    prices jsonb not null,
    primary key (card_id, version)
  )`,
];

const USAGE = [
  // The unique key of a usage event for ever; the records themselves are partitioned and can be archived.
  `create table billing.usage_ids (
    id text primary key,
    occurred_at timestamptz not null,
    content_hash text not null
  )`,
  `create table billing.usage_records (
    id text not null,
    occurred_at timestamptz not null,
    journal_id text not null,
    sequence bigint not null,
    duration_ms double precision not null,
    first_byte_ms double precision,
    organization_id text not null,
    api_key_id text not null,
    channel_group text not null,
    operation text not null,
    dialect text not null,
    streamed boolean not null,
    model text not null,
    upstream_model text,
    provider text,
    channel_id text,
    attempts integer not null,
    outcome text not null,
    http_status integer not null,
    error_code text,
    input bigint not null,
    cache_read bigint not null,
    cache_write_5m bigint not null,
    cache_write_1h bigint not null,
    audio_input bigint not null,
    image_input bigint not null,
    output bigint not null,
    reasoning bigint not null,
    audio_output bigint not null,
    usage_source text not null,
    price_card_id text,
    price_card_version integer,
    charge_lines jsonb not null,
    charge bigint not null check (charge >= 0),
    reported_charge bigint not null,
    vendor_cost bigint not null check (vendor_cost >= 0),
    lease_id text,
    recorded_at timestamptz not null default now(),
    primary key (id, occurred_at)
  ) partition by range (occurred_at)`,
  `create index usage_records_by_organization on billing.usage_records (organization_id, occurred_at)`,
  `create index usage_records_by_time on billing.usage_records using brin (occurred_at)`,
  // Attaching needs a weaker lock than "create table ... partition of", so writers of other months go on.
  `create function billing.ensure_usage_partition(month_start timestamptz) returns void language plpgsql as $$
  declare
    starts timestamp := month_start at time zone 'UTC';
    partition text := 'usage_records_' || to_char(starts, 'YYYY_MM');
  begin
    if to_regclass('billing.' || partition) is not null then return; end if;
    perform pg_advisory_xact_lock(hashtext('billing.usage_partition'));
    if to_regclass('billing.' || partition) is not null then return; end if;
    execute format('create table billing.%I (like billing.usage_records including defaults including constraints)', partition);
    execute format(
      'alter table billing.usage_records attach partition billing.%I for values from (%L) to (%L)',
      partition, starts at time zone 'UTC', (starts + interval '1 month') at time zone 'UTC');
  end $$`,
  `create table billing.findings (
    id bigint generated always as identity primary key,
    fingerprint text not null unique,
    kind text not null,
    request_id text,
    organization_id text,
    journal_id text,
    sequence bigint,
    details jsonb not null,
    raw text,
    noted_at timestamptz not null
  )`,
  `create index findings_by_request on billing.findings (request_id) where request_id is not null`,
];

const LEDGER = [
  `create table billing.accounts (
    id text primary key,
    balance bigint not null
  )`,
  `create table billing.transactions (
    id uuid primary key,
    kind text not null,
    idempotency_key text not null unique,
    input_hash text not null,
    request_id text,
    description text,
    reversal_of uuid references billing.transactions (id),
    at timestamptz not null,
    recorded_at timestamptz not null default now()
  )`,
  `create unique index transactions_reversed_once on billing.transactions (reversal_of) where reversal_of is not null`,
  // An id rises within an account, as its row in accounts is locked before postings get theirs.
  `create table billing.postings (
    id bigint generated always as identity,
    transaction_id uuid not null,
    account text not null,
    asset text not null check (asset = 'USD/9'),
    amount bigint not null check (amount <> 0),
    balance_after bigint not null,
    primary key (account, id)
  )`,
  `create index postings_by_transaction on billing.postings (transaction_id)`,
];

/**
 * Refused by the database itself, whoever asks: postings that do not add up to zero or belong to nothing, and rewriting
 * history. The postings of a transaction come in one statement; so the check after each statement is as strict as
 * deferred constraint triggers and foreign keys would be, and costs two queries a batch where those cost several a row
 * (measured: most of the time of a commit). Joins by index are forced, as Postgres would rather read a large table
 * whole.
 */
const LEDGER_GUARDS = [
  `create function billing.refuse_unbalanced() returns trigger language plpgsql
    set enable_hashjoin = off set enable_mergejoin = off as $$
  declare faulty uuid;
  begin
    select p.transaction_id into faulty
      from (select transaction_id, sum(amount) as total from added group by transaction_id, asset) p
      left join billing.transactions t on t.id = p.transaction_id where p.total <> 0 or t.id is null limit 1;
    if found then
      raise exception 'The postings of transaction % do not add up to zero, or it does not exist.', faulty
        using errcode = 'check_violation';
    end if;
    if exists (select from (select distinct account from added) p
        where not exists (select from billing.accounts a where a.id = p.account)) then
      raise exception 'A posting belongs to no account.' using errcode = 'foreign_key_violation';
    end if;
    return null;
  end $$`,
  `create trigger postings_balance after insert on billing.postings
    referencing new table as added for each statement execute function billing.refuse_unbalanced()`,
  `create function billing.refuse_rewriting() returns trigger language plpgsql as $$
  begin
    raise exception 'Rows of % are never changed or deleted: reverse with a new transaction.', tg_table_name
      using errcode = 'restrict_violation';
  end $$`,
  ...['transactions', 'postings', 'usage_records', 'usage_ids', 'findings'].map(
    (table) => `create trigger ${table}_append_only before update or delete or truncate on billing.${table}
      for each statement execute function billing.refuse_rewriting()`,
  ),
];

const PROGRESS = [
  `create function billing.contiguous_through(ranges int8multirange) returns bigint
    language sql immutable strict parallel safe as $$
    select coalesce((select upper(r) - 1 from unnest(ranges) r where r @> 1::bigint), 0)
  $$`,
  `create table billing.journals (
    id text primary key,
    committed int8multirange not null,
    committed_through bigint not null generated always as (billing.contiguous_through(committed)) stored,
    published_through bigint not null default 0,
    forgotten boolean not null default false,
    closed boolean not null default false,
    final_sequence bigint,
    seen_at timestamptz not null,
    reclaimed_at timestamptz
  )`,
  `create index journals_unpublished on billing.journals (id) where published_through < committed_through`,
  `create index journals_unreclaimed on billing.journals (id) where closed and reclaimed_at is null`,
  `create table billing.leases (
    id text primary key,
    account text not null,
    holder text not null,
    consumed bigint not null,
    projected bigint not null default 0,
    finished boolean not null default false,
    seen_at timestamptz not null
  )`,
  `create index leases_dirty on billing.leases (id) where projected < consumed and not finished`,
  `create index leases_unfinished on billing.leases (holder) where not finished`,
  // credited = balance in the ledger + everything that leases ever consumed.
  `create table billing.quota_accounts (
    account text primary key,
    credited bigint not null,
    opened boolean not null,
    version bigint not null,
    projected_version bigint not null default 0
  )`,
  `create index quota_accounts_dirty on billing.quota_accounts (account) where projected_version < version`,
];
