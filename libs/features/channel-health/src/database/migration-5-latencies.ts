import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How latencies are usually spread: pairs of bucket and weight. */
export class ChannelHealthLatencies1795780800002 implements MigrationInterface {
  readonly name = 'ChannelHealthLatencies1795780800002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table channel_health.baselines
        add column first_byte_counts jsonb not null default '[]',
        add column duration_counts jsonb not null default '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table channel_health.baselines drop column first_byte_counts, drop column duration_counts',
    );
  }
}
