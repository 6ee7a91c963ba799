import { describeShareStore, ManualClock } from '@tollgate/testing';
import { FakeShareStore } from '../../test-support/fake-share-store.js';

describeShareStore('fake', async () => {
  const clock = new ManualClock();
  return {
    store: new FakeShareStore(clock),
    passTime: async (milliseconds) => clock.advance(milliseconds),
    close: async () => undefined,
  };
});
