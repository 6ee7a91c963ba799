export { FakeBilling } from './billing.js';
export { ManualClock } from './clock.js';
export { FakeBucket, FakeDocumentStore } from './document-store.js';
export { FakeEventLog } from './event-log.js';
export { journalEnd, journalStart } from './journal-entries.js';
export { FakeLogger } from './logger.js';
export { signedAt, WebhookReceiver, type ReceivedWebhook } from './webhook-receiver.js';
