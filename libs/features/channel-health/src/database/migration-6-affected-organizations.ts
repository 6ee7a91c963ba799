import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Whose attempts failed because of an incident. Ids only; they go with the incident. */
export class ChannelHealthAffectedOrganizations1795780800003 implements MigrationInterface {
  readonly name = 'ChannelHealthAffectedOrganizations1795780800003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table channel_health.incidents add column affected_organizations integer not null default 0',
    );
    await runner.query(`
      create table channel_health.incident_organizations (
        incident_id bigint not null references channel_health.incidents on delete cascade,
        organization_id text not null,
        primary key (incident_id, organization_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table channel_health.incident_organizations');
    await runner.query('alter table channel_health.incidents drop column affected_organizations');
  }
}
