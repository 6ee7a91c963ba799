import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The prices of one model through time: a row here, its versions in `PriceCardVersionEntity`. */
@Entity({ name: 'price_cards' })
export class PriceCardEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  model: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
