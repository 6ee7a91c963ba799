import { createTestDatabase } from '@tollgate/testing';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../src/migrate.js';

/** A database of a test's own, with the empty schema `shop`. */
export interface ShopDatabase {
  readonly dataSource: DataSource;
  close(): Promise<void>;
}

type Options = Partial<Pick<Parameters<typeof openDatabase>[0], 'migrations' | 'poolMax'>>;

export async function openShop(options: Options = {}): Promise<ShopDatabase> {
  const database = await createTestDatabase();
  const { url } = database;
  const common = { url, schema: 'shop', migrations: [], applicationName: 'test' };
  const dataSource = await openDatabase({ ...common, ...options });
  return {
    dataSource,
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
