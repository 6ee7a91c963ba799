export { NatsDocumentStore } from './document-store.js';
export { NatsEventLog, type NatsEventLogOptions, type NatsMessagingOptions } from './event-log.js';
export { connectNats, NatsLink, type ConnectNatsOptions } from './link.js';
