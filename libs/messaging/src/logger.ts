/** What the adapters need of a logger; a pino logger is one. Bodies of messages and documents are never logged. */
export interface MessagingLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
