import { GatewayError, type RequestId } from '@tollgate/contracts';
import { BodyReading, requestTooLarge, type BodyMeter } from './body-reading.js';
import type { Exchange, ExchangeListener } from './exchange.js';
import type { ClientDialect } from './routes.js';

/** How long the rest of a refused body may take to come in. */
const LINGER_MS = 5_000;
/** A refused body up to this size is read to its end: its connection can be used again. */
const SMALL_BODY_BYTES = 65_536;

/**
 * An object and not a function: V8 allocates a function that is written right into a property in the old generation, where
 * each would keep its whole request alive until the next full collection.
 */
export interface CloseListener {
  clientClosed(): void;
}

/** One client's request and the way back to it. Knows HTTP, nothing of models or money. */
export class ClientRequest implements ExchangeListener {
  /** The client went away before its answer was complete. */
  closed = false;
  /** Told once when the client goes away. */
  closeListener: CloseListener | undefined;
  /** Headers that go with the answer, whatever it will be: name and value by turns. */
  announced: readonly string[] | undefined;
  /** Waits for the body. */
  private reading: BodyReading | undefined;
  /** Counts its body as long as it is in memory. */
  meter: BodyMeter | undefined;

  /** Cuts a client that was refused and does not stop sending. */
  private linger: NodeJS.Timeout | undefined;

  constructor(
    readonly id: RequestId,
    readonly dialect: ClientDialect,
    private readonly exchange: Exchange,
  ) {
    exchange.listener = this;
  }

  exchangeClosed(whole: boolean): void {
    this.reading?.uncount();
    clearTimeout(this.linger);
    if (whole) return;
    this.closed = true;
    this.reading?.fail(clientClosed());
    this.closeListener?.clientClosed();
  }

  get method(): string {
    return this.exchange.method;
  }

  header(name: string): string | undefined {
    return this.exchange.header(name);
  }

  get remoteAddress(): string | undefined {
    return this.exchange.remoteAddress;
  }

  /** The API key, from wherever clients of the four dialects put it. */
  secret(): string | undefined {
    const authorization = this.header('authorization');
    if (authorization !== undefined) return secretShown(this.exchange.connection, authorization);
    return this.header('x-api-key') ?? this.header('x-goog-api-key') ?? queryKey(this.exchange.url);
  }

  /**
   * Reads the whole body, within the bound.
   *
   * @throws GatewayError `request_too_large`, `invalid_request` for a compressed body, `client_closed`
   */
  readBody(bytesMax: number): Promise<Buffer> {
    const { exchange } = this;
    const encoding = this.header('content-encoding');
    if (encoding !== undefined && encoding !== 'identity') {
      throw new GatewayError('invalid_request', `Bodies encoded with "${encoding}" are not accepted.`);
    }
    if (this.bodyBytes > bytesMax) throw requestTooLarge(bytesMax);
    // It left while its key was looked up: no event will come any more.
    if (exchange.gone) throw clientClosed();
    return new Promise((resolve, reject) => {
      this.reading = new BodyReading(bytesMax, this.meter, { resolve, reject });
      exchange.readBody(this.reading);
    });
  }

  /** As the client says; 0 if it does not. */
  get bodyBytes(): number {
    return this.exchange.bodyBytes ?? 0;
  }

  /** The answer has begun: nothing can be tried again. */
  get answered(): boolean {
    return this.exchange.answered;
  }

  begin(status: number, contentType: string, more: readonly string[] = []): void {
    const headers = ['content-type', contentType, 'x-request-id', this.id, ...more];
    if (this.announced !== undefined) headers.push(...this.announced);
    this.exchange.begin(status, headers);
  }

  /** `false`: the client reads slower than we write; wait for `onDrain`. */
  write(bytes: Buffer): boolean {
    return this.exchange.write(bytes);
  }

  onDrain(listener: () => void): void {
    this.exchange.onDrain(listener);
  }

  end(bytes?: Buffer | string): void {
    this.exchange.end(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  }

  /** As `end`, at the end of the turn. */
  endWithTurn(bytes: Buffer): void {
    this.exchange.endWithTurn(bytes);
  }

  /** Cuts the connection: the client must not take what it got for a whole answer. */
  destroy(): void {
    this.exchange.destroy();
  }

  /** Answers with an error in the client's dialect; an answer that has begun is cut off. */
  refuse(error: GatewayError): void {
    if (this.closed) return;
    if (this.answered) {
      this.destroy();
      return;
    }
    const { status, body } = this.dialect.inbound.encodeError(error, this.id);
    const headers = ['content-length', String(Buffer.byteLength(body))];
    if (error.retryAfterSeconds !== undefined) headers.push('retry-after', String(error.retryAfterSeconds));
    const { reusable } = this;
    // A body that is not read to its end can't be followed by another request.
    if (!reusable) headers.push('connection', 'close');
    this.begin(status, 'application/json; charset=utf-8', headers);
    if (reusable) this.end(body);
    else this.endAfterBody(Buffer.from(body));
  }

  /** After a refusal now, the client could send its next request on the same connection. */
  get reusable(): boolean {
    if (this.exchange.complete) return true;
    const { bodyBytes } = this.exchange;
    return bodyBytes !== undefined && bodyBytes <= SMALL_BODY_BYTES;
  }

  /**
   * Closing a connection on which more is coming resets it, and the client may never see the answer: what is left of
   * its body is read and thrown away, for a while.
   */
  private endAfterBody(answer: Buffer): void {
    const { exchange } = this;
    exchange.write(answer);
    this.linger = setTimeout(() => exchange.destroy(), LINGER_MS);
    exchange.readBody({ push: () => undefined, end: () => exchange.end() });
  }
}

interface ShownSecret {
  readonly authorization: string;
  readonly secret: string | undefined;
}

/** By connection: what is shown again is the same string again, whose hash is known to whoever looks it up. */
const shown = new WeakMap<object, ShownSecret>();

function secretShown(connection: object, authorization: string): string | undefined {
  const before = shown.get(connection);
  if (before?.authorization === authorization) return before.secret;
  const secret = bearerSecret(authorization);
  shown.set(connection, { authorization, secret });
  return secret;
}

/** As nearly all clients write it, without a pattern. */
const BEARER = 'Bearer ';

function bearerSecret(authorization: string): string | undefined {
  const secret = authorization.startsWith(BEARER) ? authorization.slice(BEARER.length) : '';
  if (secret !== '' && !secret.includes(' ')) return secret;
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/** Gemini's clients send `?key=`. */
function queryKey(url: string | undefined): string | undefined {
  if (url?.includes('?') !== true) return undefined;
  return new URLSearchParams(url.slice(url.indexOf('?'))).get('key') ?? undefined;
}

function clientClosed(): GatewayError {
  return new GatewayError(
    'client_closed',
    'The client closed the connection before its request was complete.',
  );
}
