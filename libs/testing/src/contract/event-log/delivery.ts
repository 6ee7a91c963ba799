import { describe, expect, it } from '@jest/globals';
import type { EventLog } from '@tollgate/messaging';
import { eventually } from '../eventually.js';
import type { Instances } from '../instances.js';
import { ackAll, consumeAll, ids, publish } from './messages.js';

/** What consumers are given of what was published. */
export function describeDelivery(instances: Instances<EventLog>): void {
  describe('delivery', () => {
    it('delivers id, topic, body and attempt in the order of publishing', async () => {
      await publish(instances.first, ['a', 'b', 'c']);
      const seen = await consumeAll(instances.first);
      await eventually(() => seen.length === 3, 'three messages');
      expect(seen.map(({ id, topic, body, attempt }) => ({ id, topic, body, attempt }))).toEqual([
        { id: 'a', topic: 'usage', body: { text: 'a' }, attempt: 1 },
        { id: 'b', topic: 'usage', body: { text: 'b' }, attempt: 1 },
        { id: 'c', topic: 'usage', body: { text: 'c' }, attempt: 1 },
      ]);
    });

    it('hands over what is waiting in batches of at most batchMax', async () => {
      await publish(instances.first, ['a', 'b', 'c', 'd', 'e']);
      const batches: string[][] = [];
      await instances.first.consume(
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
      const seen = await consumeAll(instances.first);
      await publish(instances.first, ['early']);
      await eventually(() => seen.length === 1, 'the first message');
      await publish(instances.first, ['late']);
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
      for (const [index, body] of bodies.entries())
        await instances.first.publish('usage', { id: `${index}`, body });
      const seen = await consumeAll(instances.first);
      await eventually(() => seen.length === bodies.length, 'all bodies');
      expect(seen.map(({ body }) => body)).toEqual(bodies);
    });

    it('stores a message once when its id is published twice', async () => {
      await instances.first.publish('usage', { id: 'same', body: { text: 'first' } });
      await instances.first.publish('usage', { id: 'same', body: { text: 'second' } });
      await publish(instances.first, ['last']);
      const seen = await consumeAll(instances.first);
      await eventually(() => ids(seen).includes('last'), 'the last message');
      expect(seen.map(({ id, body }) => ({ id, body }))).toEqual([
        { id: 'same', body: { text: 'first' } },
        { id: 'last', body: { text: 'last' } },
      ]);
    });

    it('also stores it once when it was acknowledged in between', async () => {
      await publish(instances.first, ['same']);
      const seen = await consumeAll(instances.first);
      await eventually(() => seen.length === 1, 'the message');
      await publish(instances.first, ['same', 'last']);
      await eventually(() => ids(seen).includes('last'), 'the last message');
      expect(ids(seen)).toEqual(['same', 'last']);
    });

    it('keeps topics apart', async () => {
      await instances.first.publish('organizations', { id: 'x', body: 'organizations' });
      await instances.first.publish('usage', { id: 'x', body: 'usage' });
      const seen = await consumeAll(instances.first);
      await eventually(() => seen.length === 1, 'the usage message');
      expect(seen.map(({ body }) => body)).toEqual(['usage']);
    });

    it('keeps messages for a consumer that starts later, in another process', async () => {
      await publish(instances.first, ['a', 'b']);
      await instances.first.close();
      const later = await instances.open();
      const seen = await consumeAll(later);
      await eventually(() => seen.length === 2, 'both messages');
      expect(ids(seen)).toEqual(['a', 'b']);
    });
  });
}
