import {
  pino,
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger as PinoLogger,
} from 'pino';
import { redactFields, redactText } from './redaction.js';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  /** Becomes the field `service` of every line. */
  readonly service: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Gets one line of JSON a write. Default: standard output, synchronous, so that a last line is never lost. */
  readonly destination?: DestinationStream;
}

/**
 * A logger of one line of JSON an event. Secrets are replaced twice: by field name at any depth, and by shape in the
 * finished line, so that a key inside a message or a stack is caught too.
 */
export function createLogger(options: LoggerOptions): Logger {
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      errorKey: 'error',
      serializers: { error: (error: unknown) => error },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redactFields(fields),
      },
      hooks: { streamWrite: redactText },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
  return redactChildren(logger);
}

/** Pino formats the bindings of the root only; children inherit this method through their prototype. */
function redactChildren(logger: Logger): Logger {
  type MakeChild = (this: Logger, bindings: Bindings, options?: ChildLoggerOptions) => Logger;
  const original: MakeChild = Reflect.get(logger, 'child');
  const redacted: MakeChild = function (bindings, options) {
    return original.call(this, redactFields(bindings), options);
  };
  return Object.assign(logger, { child: redacted });
}

/** Writes nothing. For tests and for optional loggers. */
export const noopLogger: Logger = pino({ level: 'silent' }, { write: () => undefined });
