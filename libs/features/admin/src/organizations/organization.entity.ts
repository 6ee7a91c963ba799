import type { BudgetReference, Limits } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

export const ORGANIZATION_STATUSES = ['active', 'suspended'] as const;
export type OrganizationStatus = (typeof ORGANIZATION_STATUSES)[number];

@Entity({ name: 'organizations' })
export class OrganizationEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  /** Channels that serve this group carry the organisation's requests. */
  @Column('text', { name: 'group_name' })
  group: string;

  @Column('text')
  status: OrganizationStatus;

  /** USD; posted once by billing, never changed. */
  @Column('numeric', { name: 'opening_balance', precision: 21, scale: 9 })
  openingBalance: string;

  /** What its document says of budgets; kept by `BudgetService`. */
  @Column('jsonb')
  budgets: BudgetReference[];

  /** `null`: none of its own. */
  @Column('jsonb', { nullable: true })
  limits: Limits | null;

  /** IP addresses and ranges; `null`: everywhere. */
  @Column('text', { name: 'allowed_addresses', array: true, nullable: true })
  allowedAddresses: string[] | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
