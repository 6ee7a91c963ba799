export {
  createTestDatabase,
  testServers,
  uniqueName,
  type TestDatabase,
  type TestServers,
} from './servers.js';
export { describeDocumentStore } from './contract/document-store.js';
export { describeEventLog } from './contract/event-log/event-log.js';
export { type InstancesHarness } from './contract/instances.js';
export { describeLimitStore, type LimitStoreHarness } from './contract/limit-store.js';
export { describeTakingAhead } from './contract/taking-ahead.js';
export { type InspectableQuotaStore, type QuotaStoreHarness } from './contract/quota-store/harness.js';
export { describeQuotaStore, type QuotaStoreSuiteOptions } from './contract/quota-store/quota-store.js';
export { describeShareStore, type ShareStoreHarness } from './contract/share-store.js';
export { eventually } from './contract/eventually.js';
export {
  FakeBilling,
  FakeBucket,
  FakeDocumentStore,
  FakeEventLog,
  FakeLogger,
  journalEnd,
  journalStart,
  ManualClock,
  type ReceivedWebhook,
  signedAt,
  WebhookReceiver,
} from './fakes/index.js';
export { startTypeScript, typeScriptOptions } from './typescript-child.js';
export { chatCompletion, chatStreamEvents, chatVendor, type ChatUsage } from './vendor/chat-answers.js';
export { geminiEmbeddings, openaiEmbeddings } from './vendor/embedding-answers.js';
export {
  FakeVendor,
  type VendorBehaviour,
  type VendorRequest,
  type VendorScript,
} from './vendor/fake-vendor.js';
export {
  VENDOR_RETRY_AFTER_SECONDS,
  VENDOR_USAGE,
  vendorBreakingOff,
  vendorSaying,
  wordsOf,
  type VendorAnswer,
  type VendorCall,
  type VendorReasoning,
  type VendorTrouble,
  type VendorUsage,
  type VendorWriter,
} from './vendor/vendor-answer.js';
export { VENDOR_WRITERS, type WrittenDialect } from './vendor/vendor-writers.js';
export { usageEvent, type UsageEventOverrides } from './builders/usage-event.js';
export { endWithParent } from './process/end-with-parent.js';
export {
  GatewayProcess,
  type GatewayProcessOptions,
  type ProcessOutcome,
} from './process/gateway-process.js';
