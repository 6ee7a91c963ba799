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

  it('keeps what is used when it is full, and lets go of the longest unused', async () => {
    const bucket = new FakeDocumentStore().bucket('identity');
    const names = ['keys.a', 'keys.b', 'keys.c'];
    for (const name of names) await bucket.put(name, { name });
    const cache = new DocumentCache({
      bucket,
      capacity: 2,
      parse: (value) => value,
      confirmAbsence: async () => undefined,
    });
    await cache.get('keys.a');
    await cache.get('keys.b');
    await cache.get('keys.a');
    await cache.get('keys.c');
    expect(names.map((name) => cache.peek(name) !== undefined)).toEqual([true, false, true]);
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
