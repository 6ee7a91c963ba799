import { createOutboxTableSql } from '@tollgate/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ADMIN_SCHEMA } from './schema.js';

/** The first state of the schema. Constraint names are read by `constraint-errors.ts`. */
export class CreateAdminSchema1764000000000 implements MigrationInterface {
  readonly name = 'CreateAdminSchema1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...IDENTITY, ...TENANTS, ...CATALOGUE, ...AUDIT]) await runner.query(statement);
    await runner.query(createOutboxTableSql(ADMIN_SCHEMA));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table if exists
      admin.outbox, admin.audit_log, admin.settings, admin.price_card_versions, admin.price_cards, admin.models,
      admin.channels, admin.api_keys, admin.organizations, admin.login_throttles, admin.users`);
  }
}

const IDENTITY = [
  `create table admin.users (
    id uuid primary key,
    username text not null constraint users_username_unique unique,
    password_hash text not null,
    role text not null constraint users_role_known check (role in ('administrator')),
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create table admin.login_throttles (
    subject text primary key,
    failures integer not null,
    last_attempt_at timestamptz not null,
    blocked_until timestamptz not null
  )`,
];

const TENANTS = [
  `create table admin.organizations (
    id uuid primary key,
    name text not null constraint organizations_name_unique unique,
    group_name text not null,
    status text not null constraint organizations_status_known check (status in ('active', 'suspended')),
    opening_balance numeric(21, 9) not null constraint organizations_opening_balance_range check (opening_balance >= 0),
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create index organizations_group_name on admin.organizations (group_name)`,
  `create table admin.api_keys (
    id uuid primary key,
    organization_id uuid not null constraint api_keys_organization references admin.organizations (id),
    name text not null,
    hash char(64) not null constraint api_keys_hash_unique unique,
    prefix text not null,
    last_four text not null,
    status text not null constraint api_keys_status_known check (status in ('active', 'revoked')),
    models text[],
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint api_keys_revoked_at_set check ((status = 'revoked') = (revoked_at is not null))
  )`,
  // A name is free again once its key is revoked: that is how a key is replaced.
  `create unique index api_keys_active_name_unique on admin.api_keys (organization_id, name) where status = 'active'`,
  `create index api_keys_organization_name on admin.api_keys (organization_id, name)`,
];

const CATALOGUE = [
  `create table admin.channels (
    id uuid primary key,
    name text not null constraint channels_name_unique unique,
    provider text not null,
    base_url text not null,
    credentials jsonb not null,
    models jsonb not null,
    groups text[] not null,
    dialect text,
    priority integer not null,
    weight integer not null constraint channels_weight_range check (weight >= 0),
    enabled boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create table admin.models (
    id uuid primary key,
    name text not null constraint models_name_unique unique,
    display_name text,
    description text,
    owned_by text,
    context_tokens_max integer,
    output_tokens_max integer,
    enabled boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create table admin.price_cards (
    id uuid primary key,
    model text not null constraint price_cards_model_unique unique,
    created_at timestamptz not null
  )`,
  `create table admin.price_card_versions (
    price_card_id uuid not null references admin.price_cards (id),
    version integer not null constraint price_card_versions_version_range check (version >= 1),
    effective_from timestamptz not null,
    prices jsonb not null,
    created_at timestamptz not null,
    created_by text not null,
    primary key (price_card_id, version)
  )`,
  // What a request was charged by must be readable for ever.
  `create function admin.refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'rows of %.% never change', tg_table_schema, tg_table_name;
    end
  $$`,
  `create trigger price_card_versions_immutable before update or delete on admin.price_card_versions
    for each row execute function admin.refuse_change()`,
  `create table admin.settings (
    id integer primary key constraint settings_single_row check (id = 1),
    value jsonb not null,
    updated_at timestamptz not null
  )`,
];

const AUDIT = [
  `create table admin.audit_log (
    id uuid primary key,
    occurred_at timestamptz not null,
    actor_id text not null,
    actor_name text not null,
    via text not null,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    subject_name text not null,
    before jsonb,
    after jsonb
  )`,
  `create index audit_log_subject on admin.audit_log (subject_kind, subject_id, id)`,
  `create index audit_log_actor on admin.audit_log (actor_name, id)`,
  `create trigger audit_log_immutable before update or delete on admin.audit_log
    for each row execute function admin.refuse_change()`,
];
