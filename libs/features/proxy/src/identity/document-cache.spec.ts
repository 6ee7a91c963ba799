import { describe, expect, it } from '@jest/globals';
import { FakeDocumentStore } from '@tollgate/testing';
import { DocumentCache } from './document-cache.js';

describe('a cache of documents', () => {
  it('keeps what exists however many keys that do not are asked for', async () => {
    const bucket = new FakeDocumentStore().bucket('identity');
    await bucket.put('keys.known', { name: 'ci' });
    const cache = new DocumentCache({
      bucket,
      capacity: 10,
      parse: (value) => value,
      confirmAbsence: async () => undefined,
    });
    await cache.get('keys.known');
    for (let guess = 0; guess < 100; guess += 1) await cache.get(`keys.guess${guess}`);
    expect(cache.peek('keys.known')).toEqual({ name: 'ci' });
    expect(cache.peek('keys.guess99')).toBeNull();
    expect(cache.peek('keys.guess0')).toBeUndefined();
  });

  it('asks again once a key that did not exist was made', async () => {
    const bucket = new FakeDocumentStore().bucket('identity');
    const cache = new DocumentCache({
      bucket,
      capacity: 10,
      parse: (value) => value,
      confirmAbsence: async () => undefined,
    });
    expect(await cache.get('keys.new')).toBeNull();
    await bucket.put('keys.new', { name: 'ci' });
    cache.changed('keys.new');
    expect(await cache.get('keys.new')).toEqual({ name: 'ci' });
  });
});
