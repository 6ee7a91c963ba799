import type { SealedSecret, VendorDialectId } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ChannelModel } from './channel-values.js';
import type { StoredRouting } from '../routing/routing-values.js';
import type { StoredTransforms } from './transform-values.js';
import type { StoredTransport } from './transport-values.js';

/** A sealed credential and the only part of it that is ever shown. */
export interface StoredCredential extends SealedSecret {
  readonly lastFour: string;
}

@Entity({ name: 'channels' })
export class ChannelEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  provider: string;

  @Column('text', { name: 'base_url' })
  baseUrl: string;

  @Column('jsonb')
  credentials: StoredCredential[];

  @Column('jsonb')
  models: ChannelModel[];

  @Column('text', { array: true })
  groups: string[];

  @Column('text', { nullable: true })
  dialect: VendorDialectId | null;

  @Column('jsonb')
  options: Record<string, string>;

  @Column('boolean', { name: 'thinking_to_content' })
  thinkingToContent: boolean;

  @Column('jsonb')
  transforms: StoredTransforms;

  @Column('jsonb')
  transport: StoredTransport;

  @Column('jsonb')
  routing: StoredRouting;

  @Column('integer')
  priority: number;

  @Column('integer')
  weight: number;

  @Column('boolean')
  enabled: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
