import type { Fallback, Hedge, RoutingStrategy } from '@tollgate/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the catalogue knows of a model beyond its price. */
@Entity({ name: 'models' })
export class ModelEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text', { name: 'display_name', nullable: true })
  displayName: string | null;

  @Column('text', { nullable: true })
  description: string | null;

  @Column('text', { name: 'owned_by', nullable: true })
  ownedBy: string | null;

  @Column('integer', { name: 'context_tokens_max', nullable: true })
  contextTokensMax: number | null;

  @Column('integer', { name: 'output_tokens_max', nullable: true })
  outputTokensMax: number | null;

  @Column('boolean')
  enabled: boolean;

  @Column('text', { nullable: true })
  alias: string | null;

  @Column('jsonb', { nullable: true })
  fallbacks: Fallback[] | null;

  @Column('text', { nullable: true })
  strategy: RoutingStrategy | null;

  @Column('jsonb', { name: 'require_tags', nullable: true })
  requireTags: string[] | null;

  @Column('jsonb', { nullable: true })
  hedge: Hedge | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
