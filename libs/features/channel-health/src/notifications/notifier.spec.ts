import { expect, it } from '@jest/globals';
import { type NotificationRule } from '@tollgate/contracts';
import { noopLogger } from '@tollgate/telemetry';
import { ManualClock } from '@tollgate/testing';
import { type DataSource } from 'typeorm';
import { type NotificationStore, type StoredNotification } from '../database/notification-store.js';
import { type NotificationChannels } from './notification-channels.js';
import { Notifier } from './notifier.js';

it.each([
  ['sends what is due while its replica leads', true, ['n1']],
  ['leaves what is due to the next leader when its replica leads no more', false, []],
])('%s', async (_, leads, sent) => {
  const seen: string[] = [];
  const due = [{ id: 'n1', rule: 'operators', attempts: 0 } as StoredNotification];
  const store = { due: () => Promise.resolve(due), delivered: () => Promise.resolve() };
  const channels = {
    deliver: async ({ id }: StoredNotification) => void seen.push(id),
  };
  const notifier = new Notifier({
    dataSource: {} as DataSource,
    store: store as unknown as NotificationStore,
    channels: channels as unknown as NotificationChannels,
    ...{ clock: new ManualClock(), logger: noopLogger },
  });
  await notifier.run([{ name: 'operators' } as NotificationRule], () => leads);
  expect(seen).toEqual(sent);
});
