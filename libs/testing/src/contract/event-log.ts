import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConsumeOptions, Consumption, Delivery, EventLog } from '@tollgate/messaging';
import { eventually } from './eventually.js';

/** The data of one test: nothing of another test is in it. */
export interface EventLogHarness {
  /** One more instance over the same data, as another process has it. The suite closes it. */
  open(): Promise<EventLog>;
  /** Cuts the connections of every instance (which come back by themselves). */
  dropConnections(): Promise<void>;
  /** Removes the data. */
  close(): Promise<void>;
}

/** The promises of the `EventLog` port; every adapter passes them against its real server. */
export function describeEventLog(name: string, makeHarness: () => Promise<EventLogHarness>): void {
  describe(`event log: ${name}`, () => {
    let harness: EventLogHarness;
    let opened: EventLog[];
    let log: EventLog;

    const open = async (): Promise<EventLog> => {
      const instance = await harness.open();
      opened.push(instance);
      return instance;
    };

    beforeEach(async () => {
      harness = await makeHarness();
      opened = [];
      log = await open();
    });

    afterEach(async () => {
      await Promise.all(opened.map((instance) => instance.close()));
      await harness.close();
    });

    describe('delivery', () => {
      it('delivers id, topic, body and attempt in the order of publishing', async () => {
        await publish(log, ['a', 'b', 'c']);
        const seen = await consumeAll(log);
        await eventually(() => seen.length === 3, 'three messages');
        expect(seen.map(({ id, topic, body, attempt }) => ({ id, topic, body, attempt }))).toEqual([
          { id: 'a', topic: 'usage', body: { text: 'a' }, attempt: 1 },
          { id: 'b', topic: 'usage', body: { text: 'b' }, attempt: 1 },
          { id: 'c', topic: 'usage', body: { text: 'c' }, attempt: 1 },
        ]);
      });

      it('hands over what is waiting in batches of at most batchMax', async () => {
        await publish(log, ['a', 'b', 'c', 'd', 'e']);
        const batches: string[][] = [];
        await log.consume(
          'usage',
          'billing',
          async (deliveries) => {
            batches.push(deliveries.map(({ id }) => id));
            await ackAll(deliveries);
          },
          { batchMax: 2 },
        );
        await eventually(() => batches.flat().length === 5, 'five messages');
        expect(batches.flat()).toEqual(['a', 'b', 'c', 'd', 'e']);
        expect(batches.every((batch) => batch.length <= 2)).toBe(true);
        expect(batches.some((batch) => batch.length === 2)).toBe(true);
      });

      it('delivers what is published while the consumer waits', async () => {
        const seen = await consumeAll(log);
        await publish(log, ['early']);
        await eventually(() => seen.length === 1, 'the first message');
        await publish(log, ['late']);
        await eventually(() => seen.length === 2, 'the second message');
        expect(ids(seen)).toEqual(['early', 'late']);
      });

      it('carries any JSON value unchanged', async () => {
        const bodies = [
          null,
          0,
          'text with \u0000, \ud800 and 你好',
          [1, [2]],
          { deep: { list: [true, 1.5, '9007199254740993'] } },
        ];
        for (const [index, body] of bodies.entries()) await log.publish('usage', { id: `${index}`, body });
        const seen = await consumeAll(log);
        await eventually(() => seen.length === bodies.length, 'all bodies');
        expect(seen.map(({ body }) => body)).toEqual(bodies);
      });

      it('stores a message once when its id is published twice', async () => {
        await log.publish('usage', { id: 'same', body: { text: 'first' } });
        await log.publish('usage', { id: 'same', body: { text: 'second' } });
        await publish(log, ['last']);
        const seen = await consumeAll(log);
        await eventually(() => ids(seen).includes('last'), 'the last message');
        expect(seen.map(({ id, body }) => ({ id, body }))).toEqual([
          { id: 'same', body: { text: 'first' } },
          { id: 'last', body: { text: 'last' } },
        ]);
      });

      it('also stores it once when it was acknowledged in between', async () => {
        await publish(log, ['same']);
        const seen = await consumeAll(log);
        await eventually(() => seen.length === 1, 'the message');
        await publish(log, ['same', 'last']);
        await eventually(() => ids(seen).includes('last'), 'the last message');
        expect(ids(seen)).toEqual(['same', 'last']);
      });

      it('keeps topics apart', async () => {
        await log.publish('organizations', { id: 'x', body: 'organizations' });
        await log.publish('usage', { id: 'x', body: 'usage' });
        const seen = await consumeAll(log);
        await eventually(() => seen.length === 1, 'the usage message');
        expect(seen.map(({ body }) => body)).toEqual(['usage']);
      });

      it('keeps messages for a consumer that starts later, in another process', async () => {
        await publish(log, ['a', 'b']);
        await log.close();
        const later = await open();
        const seen = await consumeAll(later);
        await eventually(() => seen.length === 2, 'both messages');
        expect(ids(seen)).toEqual(['a', 'b']);
      });
    });

    describe('settling', () => {
      it('never delivers an acknowledged message again', async () => {
        await publish(log, ['a']);
        const first: Delivery[] = [];
        const consumption = await log.consume('usage', 'billing', async (batch) => {
          first.push(...batch);
          await ackAll(batch);
        });
        await eventually(() => first.length === 1, 'the message');
        await consumption.stop();
        const seen = await consumeAll(await open());
        await publish(log, ['b']);
        await eventually(() => seen.length > 0, 'the second message');
        expect(ids(seen)).toEqual(['b']);
      });

      it('delivers an unsettled message again after ackWaitMs, with attempt 2', async () => {
        await publish(log, ['a']);
        const seen: Delivery[] = [];
        await log.consume(
          'usage',
          'billing',
          async ([delivery]) => {
            if (delivery === undefined) return;
            seen.push(delivery);
            if (delivery.attempt > 1) await delivery.ack();
          },
          { ackWaitMs: 300 },
        );
        await eventually(() => seen.length === 2, 'the second delivery');
        expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2]);
      });

      it('delivers again after the delay that retry asks for, not before', async () => {
        await publish(log, ['a']);
        const times: number[] = [];
        await log.consume('usage', 'billing', async ([delivery]) => {
          times.push(performance.now());
          await (delivery?.attempt === 1 ? delivery.retry(300) : delivery?.ack());
        });
        await eventually(() => times.length === 2, 'the second delivery');
        expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(290);
      });

      it('retries the unsettled of a batch whose handler throws, and only those', async () => {
        await publish(log, ['good', 'bad']);
        const seen: string[] = [];
        await log.consume('usage', 'billing', async (batch) => {
          for (const delivery of batch) {
            seen.push(`${delivery.id} ${delivery.attempt}`);
            if (delivery.id === 'bad' && delivery.attempt === 1) throw new Error('The handler broke.');
            await delivery.ack();
          }
        });
        await eventually(() => seen.includes('bad 2'), 'the second delivery');
        expect(seen).toEqual(['good 1', 'bad 1', 'bad 2']);
      });

      it('shares the work between two consumptions of one consumer', async () => {
        const other = await open();
        const counts = [0, 0];
        const consume = (instance: EventLog, index: 0 | 1) =>
          instance.consume(
            'usage',
            'billing',
            async (batch) => {
              counts[index] = (counts[index] ?? 0) + batch.length;
              await ackAll(batch);
            },
            { batchMax: 1 },
          );
        await consume(log, 0);
        await consume(other, 1);
        // Published one by one until both had some: how they are shared is up to the adapter.
        let published = 0;
        await eventually(async () => {
          await publish(log, [`m${published}`]);
          published += 1;
          return counts.every((count) => count > 0);
        }, 'both to get a message');
        await eventually(() => sum(counts) === published, 'all messages');
        expect(sum(counts)).toBe(published);
      });

      it('waits in stop for the running handler and takes nothing after it', async () => {
        await publish(log, ['a', 'b']);
        const started = signal();
        const finish = signal();
        const handled: string[] = [];
        const consumption = await log.consume(
          'usage',
          'billing',
          async (batch) => {
            started.give();
            await finish.given;
            await ackAll(batch);
            handled.push(...ids(batch));
          },
          { batchMax: 1 },
        );
        await started.given;
        let stopped = false;
        const stopping = consumption.stop().then(() => (stopped = true));
        await log.ping();
        expect(stopped).toBe(false);
        finish.give();
        await stopping;
        expect(handled).toEqual(['a']);
        const seen = await consumeAll(await open());
        await eventually(() => seen.length === 1, 'the message that was left');
        expect(ids(seen)).toEqual(['b']);
      });
    });

    describe('dead letters', () => {
      const dead = async (instance: EventLog) =>
        eventually(async () => {
          const letters = await instance.deadLetters.list({ limit: 10 });
          return letters.length > 0 && letters;
        }, 'a dead letter');

      it('lists a rejected message with its reason and what it was', async () => {
        await publish(log, ['poison']);
        const consumption = await log.consume('usage', 'billing', async ([delivery]) =>
          delivery?.reject('It makes no sense'),
        );
        const [letter] = await dead(log);
        await consumption.stop();
        expect(letter).toMatchObject({
          topic: 'usage',
          consumer: 'billing',
          messageId: 'poison',
          body: { text: 'poison' },
          reason: 'It makes no sense',
          attempts: 1,
        });
        expect(Math.abs(Date.now() - (letter?.diedAt ?? 0))).toBeLessThan(60_000);
      });

      it('lists a message that was retried deliveriesMax times', async () => {
        await publish(log, ['stubborn']);
        const attempts: number[] = [];
        await log.consume(
          'usage',
          'billing',
          async ([delivery]) => {
            attempts.push(delivery?.attempt ?? 0);
            await delivery?.retry(1);
          },
          { deliveriesMax: 3 },
        );
        const [letter] = await dead(log);
        expect(letter).toMatchObject({ messageId: 'stubborn', attempts: 3 });
        expect(attempts).toEqual([1, 2, 3]);
      });

      it('lists a message that was delivered deliveriesMax times and never settled', async () => {
        await publish(log, ['ignored']);
        const attempts: number[] = [];
        await log.consume(
          'usage',
          'billing',
          async ([delivery]) => void attempts.push(delivery?.attempt ?? 0),
          {
            deliveriesMax: 2,
            ackWaitMs: 200,
          },
        );
        const [letter] = await dead(log);
        expect(letter).toMatchObject({ messageId: 'ignored', attempts: 2 });
        expect(attempts).toEqual([1, 2]);
      });

      it('lists oldest first, at most as many as asked for, and goes on with what follows', async () => {
        await publish(log, ['a', 'b', 'c']);
        await log.consume('usage', 'billing', async (batch) => {
          for (const delivery of batch) await delivery.reject('no');
        });
        await eventually(
          async () => (await log.deadLetters.list({ limit: 10 })).length === 3,
          'three dead letters',
        );
        const letters = await log.deadLetters.list({ limit: 2 });
        expect(letters.map(({ messageId }) => messageId)).toEqual(['a', 'b']);
      });

      it('replays to the consumer as a first delivery', async () => {
        await publish(log, ['revived']);
        const seen: Delivery[] = [];
        let poisonous = true;
        await log.consume('usage', 'billing', async ([delivery]) => {
          if (delivery === undefined) return;
          seen.push(delivery);
          await (poisonous ? delivery.reject('not yet') : delivery.ack());
        });
        const [letter] = await dead(log);
        poisonous = false;
        expect(await (await open()).deadLetters.replay(letter?.id ?? '')).toBe(true);
        await eventually(() => seen.length === 2, 'the replayed message');
        expect(seen.map(({ id, body, attempt }) => ({ id, body, attempt }))).toEqual([
          { id: 'revived', body: { text: 'revived' }, attempt: 1 },
          { id: 'revived', body: { text: 'revived' }, attempt: 1 },
        ]);
        expect(await log.deadLetters.list({ limit: 10 })).toEqual([]);
      });

      it('can be buried and replayed a second time', async () => {
        await publish(log, ['undead']);
        await log.consume('usage', 'billing', async ([delivery]) => delivery?.reject('still bad'));
        const [first] = await dead(log);
        expect(await log.deadLetters.replay(first?.id ?? '')).toBe(true);
        const [second] = await dead(log);
        expect(second).toMatchObject({ messageId: 'undead', attempts: 1 });
        expect(second?.id).not.toBe(first?.id);
        expect(await log.deadLetters.replay(second?.id ?? '')).toBe(true);
      });

      it('discards for ever', async () => {
        await publish(log, ['rubbish']);
        await log.consume('usage', 'billing', async ([delivery]) => delivery?.reject('no'));
        const [letter] = await dead(log);
        expect(await log.deadLetters.discard(letter?.id ?? '')).toBe(true);
        expect(await log.deadLetters.list({ limit: 10 })).toEqual([]);
        expect(await log.deadLetters.discard(letter?.id ?? '')).toBe(false);
      });

      it('answers false for an id that is none', async () => {
        expect(await log.deadLetters.replay('999999')).toBe(false);
        expect(await log.deadLetters.discard('not an id')).toBe(false);
      });
    });

    describe('faults', () => {
      it('goes on publishing and consuming after every connection was cut', async () => {
        const seen = await consumeAll(log);
        await publish(log, ['before']);
        await eventually(() => seen.length === 1, 'the first message');
        await harness.dropConnections();
        await eventually(() => publishes(log, 'after'), 'publishing to work again', 20_000);
        await eventually(() => ids(seen).includes('after'), 'the second message', 20_000);
        expect([...new Set(ids(seen))]).toEqual(['before', 'after']);
      }, 45_000);

      it('answers pings', async () => {
        await expect(log.ping()).resolves.toBeUndefined();
      });
    });
  });
}

async function publish(log: EventLog, messageIds: readonly string[]): Promise<void> {
  for (const id of messageIds) await log.publish('usage', { id, body: { text: id } });
}

async function publishes(log: EventLog, id: string): Promise<boolean> {
  try {
    await publish(log, [id]);
    return true;
  } catch {
    return false;
  }
}

/** Acknowledges everything; the list grows as messages come. */
async function consumeAll(log: EventLog, options?: ConsumeOptions): Promise<Delivery[]> {
  const seen: Delivery[] = [];
  const consumption: Consumption = await log.consume(
    'usage',
    'billing',
    async (batch) => {
      seen.push(...batch);
      await ackAll(batch);
    },
    options,
  );
  expect(consumption).toBeDefined();
  return seen;
}

async function ackAll(batch: readonly Delivery[]): Promise<void> {
  await Promise.all(batch.map((delivery) => delivery.ack()));
}

function ids(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ id }) => id);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function signal(): { readonly given: Promise<void>; give(): void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give: () => give() };
}
