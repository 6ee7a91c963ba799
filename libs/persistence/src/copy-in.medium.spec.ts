import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type DataSource } from 'typeorm';
import { openShop, type ShopDatabase } from '../test-support/shop-database.js';
import { copyIn } from './copy-in.js';
import { withTransaction } from './transaction.js';

const COPY = 'copy things (id, name) from stdin';

describe('copyIn', () => {
  let shop: ShopDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    shop = await openShop();
    ({ dataSource } = shop);
    await dataSource.query('create table things (id int primary key, name text)');
  });
  beforeEach(() => dataSource.query('truncate things'));
  afterAll(() => shop.close());

  const names = async (): Promise<unknown> => dataSource.query('select id, name from things order by id');

  it('inserts what the text says, with the transaction', async () => {
    await withTransaction(dataSource, async (manager) => {
      await copyIn(manager, COPY, '1\tgrüße\n2\t\\N\n');
      expect(await names()).toEqual([]);
      expect(await manager.query('select count(*)::int as n from things')).toEqual([{ n: 2 }]);
    });
    expect(await names()).toEqual([
      { id: 1, name: 'grüße' },
      { id: 2, name: null },
    ]);
  });

  it('rejects with what Postgres refuses, undoes the transaction and leaves the connection usable', async () => {
    const refused = withTransaction(dataSource, async (manager) => {
      await copyIn(manager, COPY, '1\tone\n');
      await copyIn(manager, COPY, '2\ttwo\n2\tagain\n');
    });
    await expect(refused).rejects.toMatchObject({ code: '23505' });
    expect(await names()).toEqual([]);
    await withTransaction(dataSource, (manager) => copyIn(manager, COPY, '3\tthree\n'));
    expect(await names()).toEqual([{ id: 3, name: 'three' }]);
  });

  it('runs again with a transaction that met a conflict', async () => {
    let attempts = 0;
    await withTransaction(dataSource, async (manager) => {
      await copyIn(manager, COPY, '1\tone\n');
      attempts += 1;
      if (attempts === 1) await manager.query(`do $$ begin raise sqlstate '40P01'; end $$`);
    });
    expect(attempts).toBe(2);
    expect(await names()).toEqual([{ id: 1, name: 'one' }]);
  });

  it('rejects when the connection breaks', async () => {
    const broken = withTransaction(dataSource, async (manager) => {
      const [row] = await manager.query<{ pid: number }[]>('select pg_backend_pid() as pid');
      await dataSource.query('select pg_terminate_backend($1)', [row?.pid]);
      await copyIn(manager, COPY, '1\tone\n');
    });
    await expect(broken).rejects.toThrow();
    expect(await names()).toEqual([]);
  });

  it('refuses to run outside of a transaction', async () => {
    await expect(copyIn(dataSource.manager, COPY, '1\tone\n')).rejects.toThrow('transaction');
  });
});
