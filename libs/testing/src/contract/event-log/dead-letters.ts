import { describe, expect, it } from '@jest/globals';
import type { Delivery, EventLog } from '@tollgate/messaging';
import { eventually } from '../eventually.js';
import type { Instances } from '../instances.js';
import { publish } from './messages.js';

/** What becomes of a message that nobody can take. */
export function describeDeadLetters(instances: Instances<EventLog>): void {
  describe('dead letters', () => {
    const dead = async (instance: EventLog) =>
      eventually(async () => {
        const letters = await instance.deadLetters.list({ limit: 10 });
        return letters.length > 0 && letters;
      }, 'a dead letter');

    it('lists a rejected message with its reason and what it was', async () => {
      await publish(instances.first, ['poison']);
      const consumption = await instances.first.consume('usage', 'billing', async ([delivery]) =>
        delivery?.reject('It makes no sense'),
      );
      const [letter] = await dead(instances.first);
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
      await publish(instances.first, ['stubborn']);
      const attempts: number[] = [];
      await instances.first.consume(
        'usage',
        'billing',
        async ([delivery]) => {
          attempts.push(delivery?.attempt ?? 0);
          await delivery?.retry(1);
        },
        { deliveriesMax: 3 },
      );
      const [letter] = await dead(instances.first);
      expect(letter).toMatchObject({ messageId: 'stubborn', attempts: 3 });
      expect(attempts).toEqual([1, 2, 3]);
    });

    it('lists a message that was delivered deliveriesMax times and never settled', async () => {
      await publish(instances.first, ['ignored']);
      const attempts: number[] = [];
      await instances.first.consume(
        'usage',
        'billing',
        async ([delivery]) => void attempts.push(delivery?.attempt ?? 0),
        {
          deliveriesMax: 2,
          ackWaitMs: 200,
        },
      );
      const [letter] = await dead(instances.first);
      expect(letter).toMatchObject({ messageId: 'ignored', attempts: 2 });
      expect(attempts).toEqual([1, 2]);
    });

    it('lists oldest first, at most as many as asked for, and goes on with what follows', async () => {
      await publish(instances.first, ['a', 'b', 'c']);
      await instances.first.consume('usage', 'billing', async (batch) => {
        for (const delivery of batch) await delivery.reject('no');
      });
      await eventually(
        async () => (await instances.first.deadLetters.list({ limit: 10 })).length === 3,
        'three dead letters',
      );
      const letters = await instances.first.deadLetters.list({ limit: 2 });
      expect(letters.map(({ messageId }) => messageId)).toEqual(['a', 'b']);
    });

    it('replays to the consumer as a first delivery', async () => {
      await publish(instances.first, ['revived']);
      const seen: Delivery[] = [];
      let poisonous = true;
      await instances.first.consume('usage', 'billing', async ([delivery]) => {
        if (delivery === undefined) return;
        seen.push(delivery);
        await (poisonous ? delivery.reject('not yet') : delivery.ack());
      });
      const [letter] = await dead(instances.first);
      poisonous = false;
      expect(await (await instances.open()).deadLetters.replay(letter?.id ?? '')).toBe(true);
      await eventually(() => seen.length === 2, 'the replayed message');
      expect(seen.map(({ id, body, attempt }) => ({ id, body, attempt }))).toEqual([
        { id: 'revived', body: { text: 'revived' }, attempt: 1 },
        { id: 'revived', body: { text: 'revived' }, attempt: 1 },
      ]);
      expect(await instances.first.deadLetters.list({ limit: 10 })).toEqual([]);
    });

    it('can be buried and replayed a second time', async () => {
      await publish(instances.first, ['undead']);
      await instances.first.consume('usage', 'billing', async ([delivery]) => delivery?.reject('still bad'));
      const [first] = await dead(instances.first);
      expect(await instances.first.deadLetters.replay(first?.id ?? '')).toBe(true);
      const [second] = await dead(instances.first);
      expect(second).toMatchObject({ messageId: 'undead', attempts: 1 });
      expect(second?.id).not.toBe(first?.id);
      expect(await instances.first.deadLetters.replay(second?.id ?? '')).toBe(true);
    });

    it('discards for ever', async () => {
      await publish(instances.first, ['rubbish']);
      await instances.first.consume('usage', 'billing', async ([delivery]) => delivery?.reject('no'));
      const [letter] = await dead(instances.first);
      expect(await instances.first.deadLetters.discard(letter?.id ?? '')).toBe(true);
      expect(await instances.first.deadLetters.list({ limit: 10 })).toEqual([]);
      expect(await instances.first.deadLetters.discard(letter?.id ?? '')).toBe(false);
    });

    it('answers false for an id that is none', async () => {
      expect(await instances.first.deadLetters.replay('999999')).toBe(false);
      expect(await instances.first.deadLetters.discard('not an id')).toBe(false);
    });
  });
}
