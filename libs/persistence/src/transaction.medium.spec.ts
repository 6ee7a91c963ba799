import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DataSource } from 'typeorm';
import { openShop, type ShopDatabase } from '../test-support/shop-database.js';
import { withTransaction } from './transaction.js';

describe('a transaction that conflicts', () => {
  let shop: ShopDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    shop = await openShop();
    ({ dataSource } = shop);
    await dataSource.query('create table counters (id int primary key, value int not null)');
    await dataSource.query('insert into counters values (1, 0), (2, 0)');
  });
  afterAll(() => shop.close());

  it('runs again after a serialization failure, until each has had its effect once', async () => {
    await Promise.all(
      [1, 2, 3, 4].map(() =>
        withTransaction(
          dataSource,
          async (manager) => {
            const [row] = await manager.query<{ value: number }[]>('select value from counters where id = 1');
            await manager.query('update counters set value = $1 where id = 1', [(row?.value ?? 0) + 1]);
          },
          { isolation: 'SERIALIZABLE', attemptsMax: 20 },
        ),
      ),
    );
    expect(await dataSource.query('select value from counters where id = 1')).toEqual([{ value: 4 }]);
  });

  it('runs again after a deadlock', async () => {
    let arrived = 0;
    let attempts = 0;
    let bothHoldOne: () => void = () => undefined;
    const meeting = new Promise<void>((resolve) => (bothHoldOne = resolve));
    const crossing = (first: number, second: number): Promise<void> =>
      withTransaction(dataSource, async (manager) => {
        attempts += 1;
        await manager.query('update counters set value = value + 10 where id = $1', [first]);
        arrived += 1;
        if (arrived === 2) bothHoldOne();
        await meeting;
        await manager.query('update counters set value = value + 10 where id = $1', [second]);
      });
    const [before] = await dataSource.query<{ sum: string }[]>('select sum(value) from counters');
    await Promise.all([crossing(1, 2), crossing(2, 1)]);
    const [after] = await dataSource.query<{ sum: string }[]>('select sum(value) from counters');
    expect(Number(after?.sum) - Number(before?.sum)).toBe(40);
    expect(attempts).toBeGreaterThan(2);
  });

  it('gives up after the attempts it was given, with the conflict', async () => {
    let attempts = 0;
    const work = async (): Promise<void> => {
      attempts += 1;
      throw Object.assign(new Error('could not serialize access'), { code: '40001' });
    };
    await expect(withTransaction(dataSource, work, { attemptsMax: 3 })).rejects.toThrow(
      'could not serialize',
    );
    expect(attempts).toBe(3);
  });

  it('does not repeat work that failed for another reason', async () => {
    let attempts = 0;
    const work = withTransaction(dataSource, async (manager) => {
      attempts += 1;
      await manager.query('insert into counters values (1, 0)');
    });
    await expect(work).rejects.toThrow('duplicate key');
    expect(attempts).toBe(1);
  });
});
