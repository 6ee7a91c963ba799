/** What admission needs of a logger; a pino logger is one. */
export interface AdmissionLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
