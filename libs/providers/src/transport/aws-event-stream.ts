import { GatewayError } from '@tollgate/contracts';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import type { StreamReframer } from './stream-reframer.js';

/** Larger than any message that the service documents (16 MiB payload). */
const MESSAGE_BYTES_MAX = 17 * 1_048_576;
/** Two lengths and two checksums. */
const MESSAGE_BYTES_MIN = 16;
const LENGTH_BYTES = 4;
const NOTHING = Buffer.alloc(0);
const TEXT = new TextDecoder('utf-8');

/**
 * Amazon's event stream: binary messages with headers and two checksums.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html#RESTSelectObjectAppendixFrames
 *
 * ```
 * total length │ headers' length │ CRC │ headers … │ payload … │ CRC
 *     4 bytes  │      4 bytes    │  4  │                       │  4
 * ```
 *
 * Bedrock puts whole events of the model's own dialect into `chunk` messages (InvokeModelWithResponseStream), and events
 * of Converse into messages of their names. Both become server-sent events; exceptions become `error` events in
 * Anthropic's form, whose `code` is Amazon's name.
 */
export class AwsEventStream implements StreamReframer {
  readonly contentType = 'application/vnd.amazon.eventstream';
  private readonly codec = new EventStreamCodec(
    (bytes: string | Uint8Array) => (typeof bytes === 'string' ? bytes : TEXT.decode(bytes)),
    (text) => Buffer.from(text),
  );
  private pieces: Buffer[] = [];
  private size = 0;
  /** Nothing can be told before so many bytes are there. */
  private needed = LENGTH_BYTES;

  push(chunk: Buffer): Buffer {
    this.pieces.push(chunk);
    this.size += chunk.length;
    if (this.size < this.needed) return NOTHING;
    let rest = this.pieces.length === 1 ? chunk : Buffer.concat(this.pieces);
    let events = '';
    this.needed = messageLength(rest);
    while (rest.length >= this.needed) {
      events += this.decode(rest.subarray(0, this.needed));
      rest = rest.subarray(this.needed);
      this.needed = messageLength(rest);
    }
    this.pieces = rest.length === 0 ? [] : [rest];
    this.size = rest.length;
    return events === '' ? NOTHING : Buffer.from(events);
  }

  end(): void {
    if (this.size === 0) return;
    throw new GatewayError('upstream_cut', 'The vendor broke off in the middle of an event.', {
      retry: 'next-channel',
    });
  }

  private decode(message: Buffer): string {
    try {
      const { headers, body } = this.codec.decode(message);
      const text = (name: string): string => String(headers[name]?.value ?? '');
      return toEvent(text, TEXT.decode(body));
    } catch (cause) {
      throw cause instanceof GatewayError ? cause : invalid('a broken message', cause);
    }
  }
}

function messageLength(bytes: Buffer): number {
  if (bytes.length < LENGTH_BYTES) return LENGTH_BYTES;
  const length = bytes.readUInt32BE(0);
  if (length < MESSAGE_BYTES_MIN || length > MESSAGE_BYTES_MAX) throw invalid(`a message of ${length} bytes`);
  return length;
}

function toEvent(header: (name: string) => string, payload: string): string {
  switch (header(':message-type')) {
    case 'event':
      return header(':event-type') === 'chunk' ? modelEvent(payload) : event(header(':event-type'), payload);
    case 'exception':
      return errorEvent(header(':exception-type'), messageOf(payload));
    case 'error':
      return errorEvent(header(':error-code'), header(':error-message'));
    default:
      throw invalid('a message of an unknown type');
  }
}

function event(name: string, data: string): string {
  if (!/^\w+$/.test(name)) throw invalid('an event without a name');
  // A line feed would end the data; within JSON it can only be space between members.
  return `event: ${name}\ndata: ${data.replace(/[\r\n]+/g, ' ')}\n\n`;
}

/** An event of the model's own dialect, in base64: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PayloadPart.html */
function modelEvent(payload: string): string {
  const { bytes } = parse(payload);
  if (typeof bytes !== 'string') throw invalid('a chunk without bytes');
  const data = Buffer.from(bytes, 'base64').toString('utf8');
  const type = /^\{"type":"(\w+)"/.exec(data)?.[1] ?? parse(data)['type'];
  return event(typeof type === 'string' ? type : '', data);
}

/** Amazon's exceptions by Anthropic's types of errors. */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  throttlingException: 'rate_limit_error',
  serviceQuotaExceededException: 'rate_limit_error',
  serviceUnavailableException: 'overloaded_error',
  modelNotReadyException: 'overloaded_error',
  modelTimeoutException: 'timeout_error',
  validationException: 'invalid_request_error',
  accessDeniedException: 'permission_error',
};

function errorEvent(code: string, message: string): string {
  const type = Object.hasOwn(ERROR_TYPES, code) ? ERROR_TYPES[code] : 'api_error';
  return event('error', JSON.stringify({ type: 'error', error: { type, message, code } }));
}

/** The words of an exception; it may have none. */
function messageOf(payload: string): string {
  const { message, Message } = payload === '' ? {} : parse(payload);
  const words = message ?? Message;
  return typeof words === 'string' ? words : 'The vendor failed.';
}

function parse(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw invalid('an event that is no object');
  return value as Readonly<Record<string, unknown>>;
}

function invalid(what: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', `The vendor's event stream is broken: ${what}.`, {
    retry: 'next-channel',
    cause,
  });
}
