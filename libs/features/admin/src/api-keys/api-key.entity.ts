import type { BudgetReference, Limits } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

export const API_KEY_STATUSES = ['active', 'revoked'] as const;
export type ApiKeyStatus = (typeof API_KEY_STATUSES)[number];

@Entity({ name: 'api_keys' })
export class ApiKeyEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId: string;

  @Column('text')
  name: string;

  /** Keyed hash of the secret; the secret itself is nowhere. */
  @Column('char', { length: 64 })
  hash: string;

  @Column('text')
  prefix: string;

  @Column('text', { name: 'last_four' })
  lastFour: string;

  @Column('text')
  status: ApiKeyStatus;

  /** `null`: every model. */
  @Column('text', { array: true, nullable: true })
  models: string[] | null;

  /** What its document says of budgets; kept by `BudgetService`. */
  @Column('jsonb')
  budgets: BudgetReference[];

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  /** `null`: none of its own. */
  @Column('jsonb', { nullable: true })
  limits: Limits | null;

  /** IP addresses and ranges; `null`: everywhere. */
  @Column('text', { name: 'allowed_addresses', array: true, nullable: true })
  allowedAddresses: string[] | null;

  /** What its channels must be tagged with; `null`: nothing. */
  @Column('text', { name: 'require_tags', array: true, nullable: true })
  requireTags: string[] | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
