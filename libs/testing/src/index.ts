export {
  createTestDatabase,
  testServers,
  uniqueName,
  type TestDatabase,
  type TestServers,
} from './servers.js';
export { describeDocumentStore, type DocumentStoreHarness } from './contract/document-store.js';
export { describeEventLog, type EventLogHarness } from './contract/event-log.js';
export { eventually } from './contract/eventually.js';
export { FakeBucket, FakeDocumentStore, FakeEventLog, FakeLogger, ManualClock } from './fakes/index.js';
export { startTypeScript } from './typescript-child.js';
