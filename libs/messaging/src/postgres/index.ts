export { PostgresConnection, type PostgresConnectionOptions } from './connection.js';
export { PostgresDocumentStore } from './document-store.js';
export {
  PostgresEventLog,
  type PostgresEventLogOptions,
  type PostgresMessagingOptions,
} from './event-log.js';
export { ensureMessagingSchema } from './schema.js';
