import { expect } from '@jest/globals';
import type { ConsumeOptions, Consumption, Delivery, EventLog } from '@tollgate/messaging';

/** Messages about usage, with their id as text. */
export async function publish(log: EventLog, messageIds: readonly string[]): Promise<void> {
  for (const id of messageIds) await log.publish('usage', { id, body: { text: id } });
}

/** Acknowledges everything; the list grows as messages come. */
export async function consumeAll(log: EventLog, options?: ConsumeOptions): Promise<Delivery[]> {
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

export async function ackAll(batch: readonly Delivery[]): Promise<void> {
  await Promise.all(batch.map((delivery) => delivery.ack()));
}

export function ids(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ id }) => id);
}
