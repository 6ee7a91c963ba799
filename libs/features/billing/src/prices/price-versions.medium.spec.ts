import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { priceCardDocumentKey, type PriceCardId, type PriceSheet } from '@tollgate/contracts';
import { openDatabase } from '@tollgate/persistence';
import { noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  eventually,
  FakeDocumentStore,
  ManualClock,
  type TestDatabase,
} from '@tollgate/testing';
import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';
import { billingDatabase } from '../database/schema.js';
import { PriceVersions } from './price-versions.js';

describe('price versions', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let started: PriceVersions[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDatabase(billingDatabase({ url: database.url }));
  });
  afterEach(async () => {
    await Promise.all(started.map((versions) => versions.stop()));
    started = [];
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const open = async (documents: FakeDocumentStore): Promise<PriceVersions> => {
    const versions = new PriceVersions({
      dataSource,
      documents,
      clock: new ManualClock(),
      logger: noopLogger,
    });
    await versions.start();
    started.push(versions);
    return versions;
  };
  const publish = (documents: FakeDocumentStore, model: string, versions: Record<number, PriceSheet>) =>
    documents.bucket('config').put(priceCardDocumentKey(model), {
      model,
      versions: Object.entries(versions).map(([version, prices]) => ({
        id: `card-${model}`,
        version: Number(version),
        effectiveFrom: Number(version),
        prices,
      })),
    });
  const lookup = (model: string, version: number) => ({
    cardId: `card-${model}` as PriceCardId,
    version,
    model,
  });

  it('remembers a version that the documents no longer hold, also on another instance', async () => {
    const documents = new FakeDocumentStore();
    const one = await open(documents);
    await publish(documents, 'a', { 1: { input: '1' } });
    await eventually(async () => (await one.find(lookup('a', 1))) !== undefined, 'version 1');
    await publish(documents, 'a', { 2: { input: '2' } });
    const other = await open(documents);
    expect((await other.find(lookup('a', 1)))?.perToken.input).toBe(1_000_000_000n);
    expect((await other.find(lookup('a', 2)))?.perToken.input).toBe(2_000_000_000n);
  });

  it('asks the document store for a version that it has not heard of yet', async () => {
    const documents = new FakeDocumentStore();
    const versions = new PriceVersions({
      dataSource,
      documents,
      clock: new ManualClock(),
      logger: noopLogger,
    });
    await publish(documents, 'b', { 1: { input: '1' } });
    expect((await versions.find(lookup('b', 1)))?.perToken.input).toBe(1_000_000_000n);
    expect(await versions.find(lookup('b', 2))).toBeUndefined();
  });

  it('goes by what was published first under a version, and notes the change', async () => {
    const first = new FakeDocumentStore();
    await publish(first, 'c', { 1: { input: '1' } });
    await (await open(first)).find(lookup('c', 1));
    const second = new FakeDocumentStore();
    await publish(second, 'c', { 1: { input: '3' } });
    const versions = await open(second);
    const noted = await eventually(async () => {
      const rows = await query<{ details: { model: string } }>(
        dataSource,
        `select details from billing.findings where kind = 'price_version_changed'`,
      );
      return rows.find(({ details }) => details.model === 'c');
    }, 'the finding');
    expect(noted.details).toMatchObject({ kept: { input: '1' }, published: { input: '3' } });
    expect((await versions.find(lookup('c', 1)))?.perToken.input).toBe(1_000_000_000n);
  });

  it('is not put off by a document that is no price card', async () => {
    const documents = new FakeDocumentStore();
    await documents.bucket('config').put('prices.nonsense', { hello: 'world' });
    const versions = await open(documents);
    await publish(documents, 'd', { 1: { output: '4' } });
    expect(await eventually(() => versions.find(lookup('d', 1)), 'the card')).toMatchObject({ perCall: 0n });
  });
});
