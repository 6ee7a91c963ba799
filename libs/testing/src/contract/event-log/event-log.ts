import { describe, expect, it } from '@jest/globals';
import type { EventLog } from '@tollgate/messaging';
import { eventually } from '../eventually.js';
import { instancesOf, type InstancesHarness } from '../instances.js';
import { describeDeadLetters } from './dead-letters.js';
import { describeDelivery } from './delivery.js';
import { consumeAll, ids, publish } from './messages.js';
import { describeSettling } from './settling.js';

/** The promises of the `EventLog` port; every adapter passes them against its real server. */
export function describeEventLog(name: string, makeHarness: () => Promise<InstancesHarness<EventLog>>): void {
  describe(`event log: ${name}`, () => {
    const instances = instancesOf(makeHarness);

    describeDelivery(instances);
    describeSettling(instances);
    describeDeadLetters(instances);

    describe('faults', () => {
      it('goes on publishing and consuming after every connection was cut', async () => {
        const seen = await consumeAll(instances.first);
        await publish(instances.first, ['before']);
        await eventually(() => seen.length === 1, 'the first message');
        await instances.harness.dropConnections();
        await eventually(() => publishes(instances.first, 'after'), 'publishing to work again', 20_000);
        await eventually(() => ids(seen).includes('after'), 'the second message', 20_000);
        expect([...new Set(ids(seen))]).toEqual(['before', 'after']);
      }, 45_000);

      it('answers pings', async () => {
        await expect(instances.first.ping()).resolves.toBeUndefined();
      });
    });
  });
}

async function publishes(log: EventLog, id: string): Promise<boolean> {
  try {
    await publish(log, [id]);
    return true;
  } catch {
    return false;
  }
}
