import { describe, expect, it } from '@jest/globals';
import type { DocumentChange, DocumentStore, WatchInput } from '@tollgate/messaging';
import { eventually } from './eventually.js';
import { instancesOf, type InstancesHarness } from './instances.js';

/** The promises of the `DocumentStore` port; every adapter passes them against its real server. */
export function describeDocumentStore(
  name: string,
  makeHarness: () => Promise<InstancesHarness<DocumentStore>>,
): void {
  describe(`document store: ${name}`, () => {
    const instances = instancesOf(makeHarness);

    describe('documents', () => {
      it('gives back what was put, to other instances too', async () => {
        const revision = await instances.first
          .bucket('config')
          .put('models.gpt-4o', { name: 'gpt-4o', limits: [1, 2] });
        const other = await instances.open();
        expect(await other.bucket('config').get('models.gpt-4o')).toEqual({
          key: 'models.gpt-4o',
          value: { name: 'gpt-4o', limits: [1, 2] },
          revision,
        });
      });

      it('gives undefined for what was never put and for what was deleted', async () => {
        const bucket = instances.first.bucket('config');
        expect(await bucket.get('absent')).toBeUndefined();
        await bucket.put('gone', 1);
        await bucket.delete('gone');
        expect(await bucket.get('gone')).toBeUndefined();
      });

      it('deletes what is absent without complaint', async () => {
        await expect(instances.first.bucket('health').delete('channels.none')).resolves.toBeUndefined();
      });

      it('replaces on a second put and brings back the deleted', async () => {
        const bucket = instances.first.bucket('config');
        await bucket.put('a', 1);
        await bucket.put('a', 2);
        expect((await bucket.get('a'))?.value).toBe(2);
        await bucket.delete('a');
        await bucket.put('a', 3);
        expect((await bucket.get('a'))?.value).toBe(3);
      });

      it('creates only what is not there, or was deleted, for one of many who try', async () => {
        const bucket = instances.first.bucket('config');
        const other = (await instances.open()).bucket('config');
        const created = await Promise.all(
          Array.from({ length: 8 }, (_, index) => (index % 2 ? bucket : other).create('a', index)),
        );
        expect(created.filter(Boolean)).toHaveLength(1);
        expect((await bucket.get('a'))?.value).toBe(created.indexOf(true));
        await bucket.put('b', 1);
        expect(await bucket.create('b', 2)).toBe(false);
        await bucket.delete('b');
        expect(await bucket.create('b', 3)).toBe(true);
        expect((await bucket.get('b'))?.value).toBe(3);
      });

      it('raises the revision with every write of the bucket', async () => {
        const bucket = instances.first.bucket('config');
        const revisions = [await bucket.put('a', 1), await bucket.put('b', 1), await bucket.put('a', 2)];
        expect(revisions).toEqual([...revisions].sort((one, other) => one - other));
        expect(new Set(revisions).size).toBe(3);
      });

      it('gives concurrent writers of a bucket different revisions', async () => {
        const other = await instances.open();
        const writes = Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? instances.first : other).bucket('config').put(`k${index % 5}`, index),
        );
        expect(new Set(await Promise.all(writes)).size).toBe(20);
      });

      it('keeps buckets apart', async () => {
        await instances.first.bucket('config').put('a', 'config');
        expect(await instances.first.bucket('identity').get('a')).toBeUndefined();
      });

      it('keeps any JSON value', async () => {
        const value = { null: null, text: 'with \u0000 and 你好', number: 1.5, list: [[], {}] };
        await instances.first.bucket('config').put('a', value);
        await instances.first.bucket('config').put('null', null);
        expect((await instances.first.bucket('config').get('a'))?.value).toEqual(value);
        expect((await instances.first.bucket('config').get('null'))?.value).toBeNull();
      });

      it.each(['', '.a', 'a.', 'a..b', 'a b', 'a*', 'a.>', 'ä'])('refuses the key "%s"', async (key) => {
        await expect(instances.first.bucket('config').put(key, 1)).rejects.toMatchObject({
          code: 'invalid_request',
        });
        await expect(instances.first.bucket('config').get(key)).rejects.toMatchObject({
          code: 'invalid_request',
        });
      });

      it('answers pings', async () => {
        await expect(instances.first.ping()).resolves.toBeUndefined();
      });
    });

    describe('watching', () => {
      it('tells that an empty bucket is complete, once', async () => {
        const seen = await watch(instances.first);
        await eventually(() => seen.readies > 0, 'ready');
        await instances.first.bucket('config').put('a', 1);
        await eventually(() => seen.changes.length === 1, 'the change');
        expect(seen.log).toEqual(['ready', 'put a 1']);
      });

      it('gives every present document, then ready, then changes', async () => {
        const bucket = instances.first.bucket('config');
        await bucket.put('a', 1);
        await bucket.put('b', 1);
        await bucket.put('gone', 1);
        await bucket.put('a', 2);
        await bucket.delete('gone');
        const seen = await watch(await instances.open());
        await eventually(() => seen.readies > 0, 'ready');
        expect([...seen.log].sort()).toEqual(['put a 2', 'put b 1', 'ready']);
        expect(seen.log.at(-1)).toBe('ready');
        await bucket.put('c', 1);
        await bucket.delete('a');
        await bucket.put('b', 2);
        await eventually(() => seen.changes.length === 5, 'the changes');
        expect(seen.log.slice(3)).toEqual(['put c 1', 'delete a', 'put b 2']);
      });

      it('completes a snapshot whose last documents are deleted ones', async () => {
        await instances.first.bucket('config').put('a', 1);
        await instances.first.bucket('config').delete('a');
        const seen = await watch(instances.first);
        await eventually(() => seen.readies > 0, 'ready');
        expect(seen.log).toEqual(['ready']);
      });

      it('gives a large snapshot whole', async () => {
        const bucket = instances.first.bucket('config');
        const keys = Array.from({ length: 600 }, (_, index) => `k.${index}`);
        while (keys.length > 0) await Promise.all(keys.splice(0, 50).map((key) => bucket.put(key, key)));
        const seen = await watch(instances.first);
        await eventually(() => seen.readies > 0, 'ready', 20_000);
        expect(new Set(seen.changes.map(({ key }) => key)).size).toBe(600);
      }, 30_000);

      it('gives only changes from now on when asked for updates', async () => {
        await instances.first.bucket('config').put('old', 1);
        const seen = await watch(instances.first, { from: 'updates' });
        await instances.first.bucket('config').put('new', 1);
        await instances.first.bucket('config').delete('old');
        await eventually(() => seen.changes.length === 2, 'two changes');
        expect(seen.changes.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['put new', 'delete old']);
      });

      it('gives only keys with the prefix', async () => {
        const bucket = instances.first.bucket('identity');
        await bucket.put('keys.one', 1);
        await bucket.put('organizations.one', 1);
        const seen = await watch(instances.first, { prefix: 'keys.' }, 'identity');
        await eventually(() => seen.readies > 0, 'ready');
        await bucket.put('organizations.two', 1);
        await bucket.put('keys.two', 1);
        await eventually(() => seen.changes.length === 2, 'two documents');
        expect(seen.log).toEqual(['put keys.one 1', 'ready', 'put keys.two 1']);
      });

      it('takes a prefix literally that ends within a segment', async () => {
        await instances.first.bucket('config').put('models.gpt-4o', 1);
        await instances.first.bucket('config').put('models.claude', 1);
        const seen = await watch(instances.first, { prefix: 'models.g' });
        await eventually(() => seen.readies > 0, 'ready');
        expect(seen.log).toEqual(['put models.gpt-4o 1', 'ready']);
      });

      it('gives changes in the order of their revisions while several write', async () => {
        const other = await instances.open();
        const seen = await watch(await instances.open());
        await Promise.all(
          Array.from({ length: 60 }, (_, index) =>
            (index % 2 ? instances.first : other).bucket('config').put(`k${index % 7}`, index),
          ),
        );
        const last = await instances.first.bucket('config').put('last', 1);
        await eventually(() => seen.changes.at(-1)?.revision === last, 'the last change');
        const revisions = seen.changes.map(({ revision }) => revision);
        expect(revisions).toEqual([...revisions].sort((one, another) => one - another));
        for (const key of ['k0', 'k3', 'k6']) {
          const latest = seen.changes.findLast((change) => change.key === key);
          expect(latest).toEqual({ kind: 'put', ...(await instances.first.bucket('config').get(key)) });
        }
      });

      it('goes on after a handler that threw', async () => {
        const seen = await watch(instances.first, {}, 'config', (change) => {
          if (change.key === 'bad') throw new Error('The handler broke.');
        });
        await instances.first.bucket('config').put('bad', 1);
        await instances.first.bucket('config').put('good', 1);
        await eventually(() => seen.log.includes('put good 1'), 'the second change');
        expect(seen.log).toContain('put good 1');
      });

      it('tells nothing after stop', async () => {
        const stopped = await watch(instances.first);
        const seen = await watch(instances.first);
        await eventually(() => stopped.readies > 0, 'ready');
        await stopped.stop();
        await instances.first.bucket('config').put('a', 1);
        await eventually(() => seen.changes.length === 1, 'the change at the other watch');
        expect(stopped.log).toEqual(['ready']);
      });

      it('misses nothing when every connection is cut, and tells that it was', async () => {
        const bucket = instances.first.bucket('config');
        await bucket.put('kept', 1);
        await bucket.put('deleted', 1);
        const seen = await watch(await instances.open());
        const updates = await watch(await instances.open(), { from: 'updates' });
        await eventually(() => seen.readies > 0, 'ready');
        await instances.harness.dropConnections();
        await eventually(() => done(bucket.put('kept', 2)), 'writing to work again', 20_000);
        await bucket.put('added', 1);
        await bucket.delete('deleted');
        await eventually(
          () => seen.resynchronizations > 0 && updates.resynchronizations > 0,
          'resynchronization',
          20_000,
        );
        await eventually(() => seen.log.includes('delete deleted'), 'the deletion', 20_000);
        expect(seen.documents()).toEqual({ kept: 2, added: 1 });
        expect(seen.readies).toBe(1);
      }, 60_000);
    });
  });
}

interface Seen {
  readonly changes: DocumentChange[];
  /** `put <key> <value>`, `delete <key>` and `ready`, in their order. */
  readonly log: string[];
  readies: number;
  resynchronizations: number;
  /** What a cache fed by the watch holds. */
  documents(): Record<string, unknown>;
  stop(): Promise<void>;
}

async function watch(
  store: DocumentStore,
  input: Partial<WatchInput> = {},
  bucket: 'config' | 'identity' = 'config',
  onChange: (change: DocumentChange) => void = () => undefined,
): Promise<Seen> {
  const documents = new Map<string, unknown>();
  const seen: Seen = {
    changes: [],
    log: [],
    readies: 0,
    resynchronizations: 0,
    documents: () => Object.fromEntries(documents),
    stop: () => started.stop(),
  };
  const started = await store.bucket(bucket).watch({
    from: 'snapshot',
    ...input,
    handler: {
      change: (change) => {
        seen.changes.push(change);
        seen.log.push(
          change.kind === 'put' ? `put ${change.key} ${String(change.value)}` : `delete ${change.key}`,
        );
        if (change.kind === 'put') documents.set(change.key, change.value);
        else documents.delete(change.key);
        onChange(change);
      },
      ready: () => {
        seen.readies += 1;
        seen.log.push('ready');
      },
      resynchronized: () => (seen.resynchronizations += 1),
    },
  });
  return seen;
}

async function done(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch {
    return false;
  }
}
