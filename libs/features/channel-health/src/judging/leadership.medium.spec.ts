import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import type { DataSource } from 'typeorm';
import { HealthWorld } from '../../test-support/health-world.js';
import { Leadership } from './leadership.js';

describe('the right to judge', () => {
  let world: HealthWorld;
  let sources: DataSource[];
  let first: Leadership;
  let second: Leadership;

  beforeAll(async () => {
    world = await HealthWorld.create();
  });
  afterAll(() => world.drop());

  beforeEach(async () => {
    sources = await Promise.all([world.open(), world.open()]);
    const [one, other] = sources.map((source) => new Leadership(source, () => undefined));
    if (one === undefined || other === undefined) throw new Error('there are not two');
    [first, second] = [one, other];
  });
  afterEach(() => Promise.all(sources.map((source) => source.destroy())));

  const sessionOf = (leadership: Leadership): Promise<number> =>
    leadership.transaction(async (manager) => {
      const [row] = await manager.query<{ pid: number }[]>('select pg_backend_pid() as pid');
      return row?.pid ?? 0;
    });

  it('is one replica’s at a time', async () => {
    expect([await first.tryAcquire(), await second.tryAcquire()]).toEqual([true, false]);
    await first.release();
    expect(await second.tryAcquire()).toBe(true);
    await second.release();
  });

  it('is gone with its database session: another replica has it, and the one before writes nothing more', async () => {
    await first.tryAcquire();
    const session = await sessionOf(first);
    await sources[1]?.query('select pg_terminate_backend($1)', [session]);
    await eventually(() => second.tryAcquire(), 'the right to be free');
    let wrote = false;
    const write = first.transaction(async (manager) => {
      await manager.query('create table channel_health.written ()');
      wrote = true;
    });
    await expect(write).rejects.toThrow();
    expect(wrote).toBe(false);
    await first.release().catch(() => undefined);
    expect(await sessionOf(second)).toBeGreaterThan(0);
    await second.release();
  });
});
