import type { PriceSheet } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Written once; the database refuses to change or delete it. */
@Entity({ name: 'price_card_versions' })
export class PriceCardVersionEntity {
  @PrimaryColumn('uuid', { name: 'price_card_id' })
  priceCardId: string;

  /** From 1, without gaps. */
  @PrimaryColumn('integer')
  version: number;

  @Column('timestamptz', { name: 'effective_from' })
  effectiveFrom: Date;

  @Column('jsonb')
  prices: PriceSheet;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('text', { name: 'created_by' })
  createdBy: string;
}
