import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How the latencies of a day are spread: pairs of bucket and count. Days before this have none. */
export class ChannelHealthLatenciesOfDays1795780800004 implements MigrationInterface {
  readonly name = 'ChannelHealthLatenciesOfDays1795780800004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table channel_health.traffic
        add column first_byte_counts jsonb not null default '[]',
        add column duration_counts jsonb not null default '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table channel_health.traffic drop column first_byte_counts, drop column duration_counts',
    );
  }
}
