export { createDataSource, type ServiceDatabaseOptions } from './data-source.js';
export { describeDatabaseFailure } from './database-failure.js';
export { migrate, openDatabase } from './migrate.js';
export { insertOutbox } from './outbox/insert-outbox.js';
export { outboxHolds } from './outbox/outbox-holds.js';
export { type OutboxDocument, type OutboxEntry, type OutboxEvent } from './outbox/outbox-entry.js';
export { OutboxRelay, type OutboxBacklog, type OutboxRelayOptions } from './outbox/outbox-relay.js';
export { createOutboxTableSql } from './outbox/outbox-table.js';
export { isConflict, withTransaction, type TransactionOptions } from './transaction.js';
