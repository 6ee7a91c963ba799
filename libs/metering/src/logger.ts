/** What the journal needs of a logger; a pino logger is one. Entries are never logged. */
export interface JournalLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
