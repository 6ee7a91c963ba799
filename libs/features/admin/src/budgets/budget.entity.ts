import type { BudgetPeriod, BudgetScope } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'budgets' })
export class BudgetEntity {
  @PrimaryColumn('uuid')
  id: string;

  /** What `scopeId` names; whose requests count. */
  @Column('text')
  scope: BudgetScope;

  @Column('uuid', { name: 'scope_id' })
  scopeId: string;

  @Column('text')
  period: BudgetPeriod;

  /** USD a period. */
  @Column('numeric', { precision: 21, scale: 9 })
  amount: string;

  /** Percentages, ascending. */
  @Column('integer', { array: true })
  thresholds: number[];

  /** `true`: nothing is refused, only told. */
  @Column('boolean')
  soft: boolean;

  /** Rises with each change. */
  @Column('integer')
  revision: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
