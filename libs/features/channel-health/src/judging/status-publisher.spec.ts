import { expect, it } from '@jest/globals';
import { type ChannelId, channelStatusKey, type ChannelStatusDocument } from '@tollgate/contracts';
import { FakeDocumentStore } from '@tollgate/testing';
import { StatusPublisher } from './status-publisher.js';

const statusOf = (channelId: string): ChannelStatusDocument => ({
  ...{ channelId: channelId as ChannelId, state: 'healthy', reason: 'It is.', since: 0, retryAt: null },
});

it('writes and deletes nothing from when its replica leads no more', async () => {
  const documents = new FakeDocumentStore();
  const bucket = documents.bucket('health');
  await bucket.put(channelStatusKey('gone'), statusOf('gone'));
  let leadsFor = 1;
  const confirm = async (): Promise<void> => {
    leadsFor -= 1;
    if (leadsFor < 0) throw new Error('another one leads');
  };
  const published = new StatusPublisher(documents).publish([statusOf('a'), statusOf('b')], confirm);
  await expect(published).rejects.toThrow('another one leads');
  const present = await Promise.all(['a', 'b', 'gone'].map((id) => bucket.get(channelStatusKey(id))));
  expect(present.map((document) => document !== undefined)).toEqual([true, false, true]);
});
