import type { SettingsDocument } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row of settings. */
@Entity({ name: 'settings' })
export class SettingsEntity {
  @PrimaryColumn('integer')
  id: number;

  @Column('jsonb')
  value: SettingsDocument;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
