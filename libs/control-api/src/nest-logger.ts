import { type LoggerService } from '@nestjs/common';
import { type Logger } from '@tollgate/telemetry';

/** Nest's own lines, one level quieter than Nest means them: its start-up is of no interest to operators. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...details: unknown[]): void {
    this.logger.debug({ nest: describe(details) }, text(message));
  }

  warn(message: unknown, ...details: unknown[]): void {
    this.logger.warn({ nest: describe(details) }, text(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    const error = message instanceof Error ? message : undefined;
    this.logger.error({ error, nest: describe(details) }, text(message));
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.logger.trace({ nest: describe(details) }, text(message));
  }

  verbose(message: unknown, ...details: unknown[]): void {
    this.debug(message, ...details);
  }
}

function text(message: unknown): string {
  if (message instanceof Error) {
    return message.message;
  }
  return typeof message === 'string' ? message : JSON.stringify(message);
}

/** The last detail is the context; a stack may come before it. */
function describe(details: readonly unknown[]): string {
  return details.filter((detail) => typeof detail === 'string').join(' ');
}
