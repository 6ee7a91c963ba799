import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { priceCardDocumentKey, type PriceCardId, type PriceSheet } from '@tollgate/contracts';
import { eventually, FakeDocumentStore, ManualClock } from '@tollgate/testing';
import type { DataSource } from 'typeorm';
import { BillingBooks } from '../../test-support/billing-books.js';
import { query } from '../database/query.js';
import type { PriceVersions } from './price-versions.js';

describe('price versions', () => {
  let books: BillingBooks;
  let dataSource: DataSource;
  let started: PriceVersions[] = [];

  beforeAll(async () => {
    books = await BillingBooks.open();
    ({ dataSource } = books);
  });
  afterEach(async () => {
    await Promise.all(started.map((versions) => versions.stop()));
    started = [];
  });
  afterAll(() => books.close());

  const open = async (documents: FakeDocumentStore): Promise<PriceVersions> => {
    const versions = books.prices(new ManualClock(), documents);
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
    const versions = books.prices(new ManualClock(), documents);
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
