import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tollgate/contracts';
import { type DocumentBucket, type DocumentStore, type EventLog } from '@tollgate/messaging';
import { eventually, FakeLogger } from '@tollgate/testing';
import { type DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { FreezingLink } from '../../test-support/freezing-link.js';
import { openShop, type ShopDatabase } from '../../test-support/shop-database.js';
import { connectionOf, createDataSource } from '../data-source.js';
import { withTransaction } from '../transaction.js';
import { insertOutbox } from './insert-outbox.js';
import { type OutboxEntry } from './outbox-entry.js';
import { OutboxRelay } from './outbox-relay.js';
import { createOutboxTableSql } from './outbox-table.js';

class CreateOutbox1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createOutboxTableSql('shop'));
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table outbox');
  }
}

/** Both targets in one: remembers deliveries in order, and is away while `failing` is set. */
class RecordingTarget {
  readonly seen: string[] = [];
  failing = false;
  attempts = 0;
  #listeners: (() => void)[] = [];

  readonly documents: DocumentStore = {
    bucket: (name) =>
      ({
        put: async (key: string, value: unknown) => {
          this.#take(`${name}/${key}=${JSON.stringify(value)}`);
          return 1;
        },
        delete: async (key: string) => {
          this.#take(`${name}/${key} deleted`);
        },
      }) as unknown as DocumentBucket,
    ping: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  readonly eventLog = {
    publish: async (topic: string, message: { id: string; body: unknown }) => {
      this.#take(`${topic}:${message.id}=${JSON.stringify(message.body)}`);
    },
  } as unknown as EventLog;

  /** Resolves when the condition holds; looks after each delivery. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#listeners.push(resolve));
  }

  #take(text: string): void {
    this.attempts += 1;
    if (!this.failing) this.seen.push(text);
    for (const listener of this.#listeners.splice(0)) listener();
    if (this.failing) throw new Error('the target is away');
  }
}

const put = (key: string, value: unknown): OutboxEntry => ({
  kind: 'document',
  bucket: 'config',
  key,
  value,
});

describe('the outbox', () => {
  let shop: ShopDatabase;
  let dataSource: DataSource;
  const relays: OutboxRelay[] = [];
  let logger: FakeLogger;

  beforeAll(async () => {
    shop = await openShop({ migrations: [CreateOutbox1700000000001], poolMax: 20 });
    ({ dataSource } = shop);
  });
  beforeEach(() => {
    logger = new FakeLogger();
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await dataSource.query('delete from outbox');
  });
  afterAll(() => shop.close());

  const relayTo = (target: RecordingTarget, from = dataSource): OutboxRelay => {
    const { documents, eventLog } = target;
    const options = {
      dataSource: from,
      schema: 'shop',
      documents,
      eventLog,
      logger,
      clock: systemClock,
    };
    const relay = new OutboxRelay(options);
    relays.push(relay);
    return relay;
  };
  const commit = (...entries: OutboxEntry[]): Promise<void> =>
    withTransaction(dataSource, (manager) => insertOutbox(manager, entries));

  it('delivers documents, deletions and events of a transaction in order and keeps nothing', async () => {
    const target = new RecordingTarget();
    await commit(
      put('settings.global', { text: 'ä\u0000"', list: [1.5, null] }),
      { kind: 'event', topic: 'organizations', messageId: 'm1', body: [1, null] },
      put('settings.global', null),
    );
    await relayTo(target).drain();
    expect(target.seen).toEqual([
      'config/settings.global={"text":"ä\\u0000\\"","list":[1.5,null]}',
      'organizations:m1=[1,null]',
      'config/settings.global deleted',
    ]);
    expect(await dataSource.query('select * from outbox')).toEqual([]);
  });

  it('delivers nothing of a transaction that was rolled back', async () => {
    const target = new RecordingTarget();
    const refused = withTransaction(dataSource, async (manager) => {
      await insertOutbox(manager, [put('a', 1)]);
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    await commit(put('b', 2));
    await relayTo(target).drain();
    expect(target.seen).toEqual(['config/b=2']);
  });

  it('is woken by a commit: a change arrives within 50 ms, typically', async () => {
    const target = new RecordingTarget();
    const relay = relayTo(target);
    relay.start();
    await commit(put('first', 0));
    await target.until(() => target.seen.length === 1);
    const latencies: number[] = [];
    for (let index = 0; index < 30; index += 1) {
      await commit(put('key', index));
      const committed = performance.now();
      await target.until(() => target.seen.length === index + 2);
      latencies.push(performance.now() - committed);
    }
    latencies.sort((a, b) => a - b);
    expect(latencies[15]).toBeLessThan(50);
  });

  it('delivers what many transactions write at once in the order of their commits', async () => {
    const target = new RecordingTarget();
    relayTo(target).start();
    await dataSource.query('create table if not exists versions (id int primary key, version int not null)');
    await dataSource.query('insert into versions values (1, 0), (2, 0), (3, 0) on conflict do nothing');
    const bump = (id: number): Promise<void> =>
      withTransaction(dataSource, async (manager) => {
        const rows = await manager.query<[{ version: number }[], number]>(
          'update versions set version = version + 1 where id = $1 returning version',
          [id],
        );
        await insertOutbox(manager, [put(`k${String(id)}`, rows[0][0]?.version)]);
      });
    await Promise.all(Array.from({ length: 90 }, (_, index) => bump((index % 3) + 1)));
    await target.until(() => target.seen.length === 90);
    for (const id of [1, 2, 3]) {
      const versions = target.seen.filter((text) => text.startsWith(`config/k${String(id)}=`));
      expect(versions).toEqual(
        Array.from({ length: 30 }, (_, n) => `config/k${String(id)}=${String(n + 1)}`),
      );
    }
  });

  it('holds everything back while the target is away, and loses and reorders nothing', async () => {
    const target = new RecordingTarget();
    target.failing = true;
    const relay = relayTo(target);
    relay.start();
    await commit(put('a', 1), put('b', 2));
    await commit(put('a', 3));
    await target.until(() => target.attempts >= 3);
    expect(await relay.backlog()).toMatchObject({ entries: 3 });
    target.failing = false;
    await relay.drain();
    expect(target.seen).toEqual(['config/a=1', 'config/b=2', 'config/a=3']);
    expect(logger.messages('warn')).toEqual([
      'The outbox waits: Delivery to document target "config" failed: the target is away',
    ]);
    expect(logger.messages('info')).toEqual(['The outbox is delivered again.']);
  });

  it('has one active relay; another takes over when its session dies', async () => {
    const first = new RecordingTarget();
    const second = new RecordingTarget();
    relayTo(first).start();
    await commit(put('a', 1));
    await first.until(() => first.seen.length === 1);
    relayTo(second).start();
    await commit(put('b', 2));
    await first.until(() => first.seen.length === 2);
    expect(second.seen).toEqual([]);

    await relays[0]?.stop();
    await commit(put('c', 3));
    await second.until(() => second.seen.length === 1);
    expect(first.seen).toEqual(['config/a=1', 'config/b=2']);
    expect(second.seen).toEqual(['config/c=3']);
  });

  it('goes on after the server ended its connection', async () => {
    const target = new RecordingTarget();
    relayTo(target).start();
    await commit(put('a', 1));
    await target.until(() => target.seen.length === 1);
    await dataSource.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'tollgate outbox relay shop' and datname = current_database()`,
    );
    await commit(put('b', 2));
    await target.until(() => target.seen.includes('config/b=2'));
    // At least once: what was published when the connection went may be published again, and nothing is lost or swapped.
    expect([...new Set(target.seen)]).toEqual(['config/a=1', 'config/b=2']);
  });

  it('is delivered by another relay within ten seconds when the active one is cut off', async () => {
    // Given an active relay on a machine that loses its network.
    const link = await FreezingLink.to(connectionOf(dataSource).url);
    const beyond = { url: link.url, schema: 'shop', migrations: [], applicationName: 'test' };
    const [first, second] = [new RecordingTarget(), new RecordingTarget()];
    relayTo(first, createDataSource(beyond)).start();
    await commit(put('a', 1));
    await first.until(() => first.seen.length === 1);
    relayTo(second).start();
    link.freeze();

    // When something is committed then, then the other one delivers it, also after the first is back.
    await commit(put('b', 2));
    await eventually(() => second.seen.includes('config/b=2'), 'the other relay to deliver', 10_000);
    link.thaw();
    await commit(put('c', 3));
    await second.until(() => second.seen.includes('config/c=3'));
    expect(first.seen).toEqual(['config/a=1']);
    await relays[0]?.stop();
    link.close();
  }, 30_000);

  it('refuses a value that is no JSON instead of deleting the document', async () => {
    await expect(commit(put('a', undefined))).rejects.toThrow('The outbox entry "a" is no JSON value.');
  });

  it('says that it was stopped when a drain could not end', async () => {
    const target = new RecordingTarget();
    target.failing = true;
    const relay = relayTo(target);
    await commit(put('a', 1));
    relay.start();
    const drained = relay.drain();
    await Promise.all([
      expect(drained).rejects.toThrow('was stopped before'),
      target.until(() => target.attempts > 0).then(() => relay.stop()),
    ]);
    expect(target.seen).toEqual([]);
  });
});
