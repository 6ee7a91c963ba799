import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DocumentChange, WatchHandler } from './document-store.js';
import { outlivingLoss } from './outliving-loss.js';

describe('a handler that outlives a loss', () => {
  let told: string[];
  let handler: WatchHandler;

  beforeEach(() => {
    told = [];
    handler = outlivingLoss('marker', {
      change: ({ kind, key }: DocumentChange) => void told.push(`${kind} ${key}`),
      ready: () => void told.push('ready'),
      resynchronized: () => void told.push('resynchronized'),
    });
  });

  const put = (key: string): void => handler.change({ kind: 'put', key, value: {}, revision: 1 });
  const remove = (key: string): void => handler.change({ kind: 'delete', key, revision: 2 });

  it('is told of deletions while the marker is there', async () => {
    ['one', 'two', 'marker'].forEach(put);
    remove('one');
    await turn();
    expect(told).toEqual(['put one', 'put two', 'delete one']);
  });

  it('is told of deletions at once where no marker was ever seen', () => {
    put('one');
    remove('one');
    expect(told).toEqual(['put one', 'delete one']);
  });

  it('keeps everything when the marker is gone with all the rest, in whatever order', async () => {
    ['one', 'marker', 'two'].forEach(put);
    ['one', 'marker', 'two'].forEach(remove);
    handler.resynchronized();
    await turn();
    expect(told).toEqual(['put one', 'put two', 'resynchronized']);
  });

  it('hears of what did not come back once the marker is there again', async () => {
    ['one', 'two', 'marker'].forEach(put);
    ['one', 'two', 'marker'].forEach(remove);
    await turn();
    put('two');
    put('three');
    expect(told.slice(2)).toEqual(['put two', 'put three']);
    put('marker');
    expect(told.slice(4)).toEqual(['delete one']);
  });

  it('goes on as before after a loss', async () => {
    ['one', 'marker'].forEach(put);
    ['one', 'marker'].forEach(remove);
    await turn();
    ['one', 'marker'].forEach(put);
    remove('one');
    await turn();
    expect(told).toEqual(['put one', 'put one', 'delete one']);
  });

  it('does not delete what was put again in the same turn', async () => {
    ['one', 'marker'].forEach(put);
    remove('one');
    put('one');
    await turn();
    expect(told).toEqual(['put one', 'put one']);
  });
});
