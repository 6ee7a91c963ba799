import { describe, expect, it } from '@jest/globals';
import type { Delivery, EventLog } from '@tollgate/messaging';
import { eventually } from '../eventually.js';
import type { Instances } from '../instances.js';
import { ackAll, consumeAll, ids, publish } from './messages.js';

/** What becomes of a message that a consumer acknowledges, refuses for now, or keeps for itself. */
export function describeSettling(instances: Instances<EventLog>): void {
  describe('settling', () => {
    it('never delivers an acknowledged message again', async () => {
      await publish(instances.first, ['a']);
      const first: Delivery[] = [];
      const consumption = await instances.first.consume('usage', 'billing', async (batch) => {
        first.push(...batch);
        await ackAll(batch);
      });
      await eventually(() => first.length === 1, 'the message');
      await consumption.stop();
      const seen = await consumeAll(await instances.open());
      await publish(instances.first, ['b']);
      await eventually(() => seen.length > 0, 'the second message');
      expect(ids(seen)).toEqual(['b']);
    });

    it('delivers an unsettled message again after ackWaitMs, with attempt 2', async () => {
      await publish(instances.first, ['a']);
      const seen: Delivery[] = [];
      await instances.first.consume(
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
      await publish(instances.first, ['a']);
      const times: number[] = [];
      await instances.first.consume('usage', 'billing', async ([delivery]) => {
        times.push(performance.now());
        await (delivery?.attempt === 1 ? delivery.retry(300) : delivery?.ack());
      });
      await eventually(() => times.length === 2, 'the second delivery');
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(290);
    });

    it('retries the unsettled of a batch whose handler throws, and only those', async () => {
      await publish(instances.first, ['good', 'bad']);
      const seen: string[] = [];
      await instances.first.consume('usage', 'billing', async (batch) => {
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
      const other = await instances.open();
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
      await consume(instances.first, 0);
      await consume(other, 1);
      // Published one by one until both had some: how they are shared is up to the adapter.
      let published = 0;
      await eventually(async () => {
        await publish(instances.first, [`m${published}`]);
        published += 1;
        return counts.every((count) => count > 0);
      }, 'both to get a message');
      await eventually(() => sum(counts) === published, 'all messages');
      expect(sum(counts)).toBe(published);
    });

    it('waits in stop for the running handler and takes nothing after it', async () => {
      await publish(instances.first, ['a', 'b']);
      const started = signal();
      const finish = signal();
      const handled: string[] = [];
      const consumption = await instances.first.consume(
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
      await instances.first.ping();
      expect(stopped).toBe(false);
      finish.give();
      await stopping;
      expect(handled).toEqual(['a']);
      const seen = await consumeAll(await instances.open());
      await eventually(() => seen.length === 1, 'the message that was left');
      expect(ids(seen)).toEqual(['b']);
    });
  });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function signal(): { readonly given: Promise<void>; give(): void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give: () => give() };
}
