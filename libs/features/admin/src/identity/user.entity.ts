import { Column, Entity, PrimaryColumn } from 'typeorm';

export const ROLES = ['administrator'] as const;
export type Role = (typeof ROLES)[number];

/** A person who operates the gateway. */
@Entity({ name: 'users' })
export class UserEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  username: string;

  @Column('text', { name: 'password_hash' })
  passwordHash: string;

  @Column('text')
  role: Role;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
