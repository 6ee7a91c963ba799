export { EncodedBody, MESSAGE_BYTES_MAX } from './event-log.js';
export type {
  ConsumeOptions,
  Consumption,
  DeadLetter,
  DeadLetters,
  Delivery,
  DeliveryHandler,
  EventLog,
  EventMessage,
} from './event-log.js';
export type {
  DocumentBucket,
  DocumentChange,
  DocumentStore,
  StoredDocument,
  Watch,
  WatchHandler,
  WatchInput,
} from './document-store.js';
export { outlivingLoss } from './outliving-loss.js';
export type { MessagingLogger } from './logger.js';
