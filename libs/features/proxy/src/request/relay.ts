import { GatewayError, type Clock, type FallbackCondition } from '@tollgate/contracts';
import {
  judgeFault,
  type FailureRule,
  type UpstreamExchange,
  type UpstreamHandler,
  type UpstreamHeaders,
} from '@tollgate/providers';
import type { CloseListener } from '../http/client-request.js';
import { answerCut, answerTooLarge, unreadableAnswer } from './answer-faults.js';
import { firstOf, isEventStream, isJson, warningsHeader } from './answer-headers.js';
import type { AnswerSink, Drain, Drains } from './drains.js';
import type { Passage, StreamPassage, WholeAnswer } from './passage.js';
import { errorInAnswer } from './passing.js';
import { unseen, type ProducedSoFar, type RelayResult } from './relay-result.js';
import { UsageTail } from './usage-tail.js';
import { judgeRefusal } from './vendor-refusal.js';

/** Who the answer is for. */
export interface RelayClient extends AnswerSink {
  readonly closed: boolean;
  closeListener: CloseListener | undefined;
}

export interface RelayOptions {
  readonly client: RelayClient;
  readonly passage: Passage;
  readonly streamed: boolean;
  /** The vendor's own meanings of refusals. */
  readonly failures: readonly FailureRule[] | undefined;
  /** Set where a vendor may finish an answer whose client left, within so much time. */
  readonly drain: { readonly drains: Drains; readonly timeoutMs: number } | undefined;
  /** Refusals of the request that the client does not see: another model takes over. */
  readonly withheld?: readonly FallbackCondition[] | undefined;
  readonly listener: RelayListener;
  readonly clock: Clock;
}

export interface RelayListener {
  /** The first byte of the answer leaves for the client. */
  firstByte(): void;
  /** Told once. */
  result(result: RelayResult): void;
}

/** A JSON answer up to this size is held until it is whole: its errors can then still be retried. */
const WHOLE_ANSWER_BYTES_MAX = 1_048_576;
const ERROR_BYTES_MAX = 65_536;
/** An answer that must be whole to be translated may not be larger. */
const TRANSLATED_BYTES_MAX = 64 * 1_048_576;
const NOTHING_ELSE = { text: undefined, responseId: null, warnings: [] } as const;
/** Bytes of a JSON answer that make a token, on average. */
const BYTES_PER_TOKEN = 4;

/**
 * Carries one vendor's answer to the client: bytes as they come, gathered within one turn of the event loop into one
 * write, paused while the client reads slower. Tells its result exactly once.
 */
export class Relay implements UpstreamHandler, CloseListener {
  private exchange: UpstreamExchange | undefined;
  private mode: 'waiting' | 'stream' | 'json' | 'error' = 'waiting';
  private status = 0;
  private headers: UpstreamHeaders = {};
  private gathered: Buffer[] = [];
  private gatheredBytes = 0;
  private flushPending = false;
  private stalled = false;
  private outputBytes = 0;
  private tail: UsageTail | undefined;
  private stream: StreamPassage | undefined;
  private over = false;
  /** Where the answer goes: to the client, or nowhere once that left. */
  private sink: AnswerSink;
  private drain: Drain | undefined;

  constructor(private readonly options: RelayOptions) {
    this.sink = options.client;
  }

  /** Connects the relay with its exchange, right after the dispatch. */
  follow(exchange: UpstreamExchange): void {
    this.exchange = exchange;
    this.options.client.closeListener = this;
    if (this.options.client.closed) this.abandon();
  }

  /** The vendor has begun to answer. */
  get begun(): boolean {
    return this.mode !== 'waiting';
  }

  /** Its answer is not wanted any more: the vendor is cancelled. */
  cancel(): void {
    this.abandon();
  }

  response(status: number, headers: UpstreamHeaders): void {
    try {
      this.open(status, headers);
    } catch (cause) {
      this.breakOff(cause);
    }
  }

  private open(status: number, headers: UpstreamHeaders): void {
    this.status = status;
    this.headers = headers;
    if (status < 200 || status >= 300) this.mode = 'error';
    else if (this.options.streamed && isEventStream(headers)) {
      this.mode = 'stream';
      this.stream = this.options.passage.openStream();
    } else this.mode = 'json';
  }

  data(chunk: Buffer): void {
    if (this.over) return;
    this.gathered.push(chunk);
    this.gatheredBytes += chunk.length;
    if (this.mode === 'error' && this.gatheredBytes > ERROR_BYTES_MAX) {
      // It said enough, and may never end.
      this.exchange?.abort();
      this.guarded(() => this.endError());
    } else if (this.mode === 'stream') this.flushSoon();
    else if (this.mode === 'json' && this.gatheredBytes > WHOLE_ANSWER_BYTES_MAX) this.dataOfLargeAnswer();
  }

  end(): void {
    if (this.over) return;
    try {
      if (this.mode === 'error') this.endError();
      else if (this.mode === 'stream') this.endStream();
      else this.endJson();
    } catch (cause) {
      this.breakOff(cause);
    }
  }

  error(error: GatewayError): void {
    if (this.over) return;
    this.guarded(() => {
      // A stream that said it was complete is; how its connection ended does not matter.
      if (this.mode === 'stream') this.flush();
      if (this.over) return;
      if (this.stream?.complete === true) this.endStream();
      else this.fail(error, true);
    });
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.breakOff(cause);
    }
  }

  /**
   * Nobody is above to catch what reading a vendor's words throws, and no end would be told: an answer that can't be read
   * ends here.
   */
  private breakOff(cause: unknown): void {
    if (this.over) throw cause;
    const client = this.sink;
    const error = unreadableAnswer(cause);
    this.exchange?.abort();
    if (client.answered) client.destroy();
    this.finish(
      client.answered
        ? { kind: 'broken', error, blamesChannel: true, ...this.producedSoFar() }
        : { kind: 'failed', error, blamesChannel: true },
    );
  }

  private dataOfLargeAnswer(): void {
    if (this.options.passage.piecemeal) this.flushSoon();
    else if (this.gatheredBytes > TRANSLATED_BYTES_MAX) this.fail(answerTooLarge(), true);
  }

  private flushSoon(): void {
    if (this.flushPending || this.stalled) return;
    this.flushPending = true;
    setImmediate(() => {
      this.flushPending = false;
      if (!this.over && !this.stalled) this.guarded(() => this.flush());
    });
  }

  private flush(): void {
    if (this.gathered.length === 0) return;
    if (this.stream === undefined) {
      const bytes = this.take();
      this.keepTail(bytes);
      this.pass(bytes);
    } else this.passEvents(this.stream, this.stream.push(this.takePieces()));
  }

  private takePieces(): readonly Buffer[] {
    const { gathered } = this;
    this.gathered = [];
    this.gatheredBytes = 0;
    return gathered;
  }

  private take(): Buffer {
    const pieces = this.takePieces();
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  /** Few answers are passed on in pieces without being a stream. */
  private keepTail(bytes: Buffer): Buffer {
    return (this.tail ??= new UsageTail()).keep(bytes);
  }

  private passEvents(stream: StreamPassage, bytes: Buffer | null): void {
    // A failure that came with the first words can still be tried elsewhere.
    if (!stream.failed || this.sink.answered) this.pass(bytes);
    if (stream.failed && !this.over) this.failAsTold(stream.fault ?? errorInAnswer());
  }

  private pass(bytes: Buffer | null): void {
    if (bytes === null || bytes.length === 0) return;
    const client = this.sink;
    if (!client.answered) this.begin(this.stream?.contentType);
    this.outputBytes += bytes.length;
    if (client.write(bytes)) return;
    this.stalled = true;
    this.exchange?.pause();
    client.onDrain(() => {
      this.stalled = false;
      this.exchange?.resume();
      if (!this.over) this.guarded(() => this.flush());
    });
  }

  private begin(
    contentType: string | undefined,
    more: readonly string[] = [],
    warnings: readonly string[] = [],
  ): void {
    const { passage } = this.options;
    const type = contentType ?? firstOf(this.headers['content-type']) ?? 'application/json';
    const encoding = firstOf(this.headers['content-encoding']);
    let headers = more;
    if (passage.warnings.length + warnings.length > 0)
      headers = [...headers, ...warningsHeader([...new Set([...passage.warnings, ...warnings])])];
    if (encoding !== undefined && passage.piecemeal) headers = [...headers, 'content-encoding', encoding];
    this.sink.begin(this.status, type, headers);
    this.options.listener.firstByte();
  }

  private endStream(): void {
    this.flush();
    const { stream } = this;
    if (this.over || stream === undefined) return;
    this.passEvents(stream, stream.end());
    if (this.over) return;
    if (!stream.complete) {
      this.fail(answerCut(), true);
      return;
    }
    // An answer may have no words at all.
    if (!this.sink.answered) this.begin(stream.contentType);
    this.sink.end();
    const { status } = this;
    const { usage, text, responseId, warnings } = stream;
    const producedTokens = stream.producedTokens(this.outputBytes);
    this.finish({ kind: 'answered', status, usage, text, producedTokens, responseId, warnings });
  }

  private endJson(): void {
    const { passage } = this.options;
    const client = this.sink;
    const bytes = this.take();
    if (client.answered && (this.drain === undefined || this.outputBytes > 0)) {
      const usage = passage.readTail(this.keepTail(bytes));
      client.end(bytes);
      this.answeredWhole({ ...NOTHING_ELSE, usage }, this.outputBytes + bytes.length);
      return;
    }
    const answer = this.readWhole(bytes);
    if (answer === undefined) return;
    if (!client.answered)
      this.begin(answer.contentType, ['content-length', String(answer.body.length)], answer.warnings);
    client.endWithTurn(answer.body);
    this.answeredWhole(answer, answer.text?.length ?? bytes.length);
  }

  /** `undefined`: it is no answer, and the attempt has failed. */
  private readWhole(bytes: Buffer): WholeAnswer | undefined {
    try {
      return this.options.passage.readWhole(bytes);
    } catch (error) {
      this.failAsTold(error instanceof GatewayError ? error : unreadableAnswer(error));
      return undefined;
    }
  }

  private answeredWhole(
    { usage, text, responseId, warnings }: Omit<WholeAnswer, 'body' | 'contentType'>,
    length: number,
  ): void {
    const { status } = this;
    const producedTokens = Math.ceil(length / BYTES_PER_TOKEN);
    this.finish({ kind: 'answered', status, usage, text, producedTokens, responseId, warnings });
  }

  private endError(): void {
    const { passage, failures, clock } = this.options;
    const client = this.sink;
    const body = this.take();
    const { status, headers } = this;
    const answer = { status, headers, vendor: passage.decodeError(status, body) };
    const { error, relayed, blamesChannel, refusal } = judgeRefusal(answer, failures, clock.now());
    if (!relayed) {
      this.fail(error, blamesChannel);
      return;
    }
    if (this.withholds(refusal)) {
      this.finish({ kind: 'failed', error, blamesChannel: false, refusal });
      return;
    }
    const encoded = passage.encodeRefusal(error);
    if (encoded !== undefined) this.status = encoded.status;
    if (encoded !== undefined || (isJson(this.headers) && body.length <= ERROR_BYTES_MAX)) {
      const bytes = encoded === undefined ? body : Buffer.from(encoded.body);
      const type = encoded === undefined ? undefined : 'application/json; charset=utf-8';
      this.begin(type, ['content-length', String(bytes.length)]);
      client.end(bytes);
    } else client.refuse(error);
    this.finish({ kind: 'refused', status: this.status, error });
  }

  /** Another model takes over on it. */
  private withholds(refusal: FallbackCondition | undefined): refusal is FallbackCondition {
    return refusal !== undefined && this.options.withheld?.includes(refusal) === true;
  }

  /** The vendor wrote an error, or nonsense, where an answer belongs. */
  private failAsTold(told: GatewayError): void {
    const { error, blamesChannel, refusal } = judgeFault(told);
    this.fail(error, blamesChannel, refusal);
  }

  private fail(error: GatewayError, blamesChannel: boolean, refusal?: FallbackCondition): void {
    const client = this.sink;
    this.exchange?.abort();
    if (!client.answered) {
      const withheld = this.withholds(refusal) ? { refusal } : {};
      this.finish({ kind: 'failed', error, blamesChannel, ...withheld });
      return;
    }
    // Time ran out while the client did not read: its doing, not the vendor's, else slow reading would be free.
    if (this.stalled && error.code === 'upstream_timeout') {
      this.abandon();
      client.destroy();
      return;
    }
    if (this.stream === undefined) client.destroy();
    else client.end(this.stream.fail(error));
    this.finish({ kind: 'broken', error, blamesChannel, ...this.producedSoFar() });
  }

  private abandon(): void {
    if (this.over) return;
    this.exchange?.abort();
    this.finish({ kind: 'abandoned', whole: false, ...this.producedSoFar() });
  }

  /** Its vendor is cancelled, or let finish. */
  clientClosed(): void {
    const { drain } = this.options;
    this.drain = drain?.drains.begin(drain.timeoutMs, () => this.abandon());
    if (this.drain === undefined) {
      this.abandon();
      return;
    }
    this.sink = this.drain;
    // It may have waited for the client to read on.
    this.stalled = false;
    this.exchange?.resume();
    this.guarded(() => this.flush());
  }

  private producedSoFar(): ProducedSoFar {
    const { outputBytes, stream } = this;
    const produced = stream?.producedTokens(outputBytes) ?? outputBytes / BYTES_PER_TOKEN;
    // Something was produced, be it a picture, whose tokens are not guessed.
    const producedTokens = outputBytes === 0 ? 0 : Math.max(1, Math.ceil(produced));
    return { usage: stream?.usage, text: stream?.text, producedTokens };
  }

  private finish(result: RelayResult): void {
    if (this.over) throw new Error('a relay has ended twice');
    this.over = true;
    this.options.client.closeListener = undefined;
    this.gathered = [];
    this.drain?.close();
    this.options.listener.result(this.drain === undefined ? result : unseen(result, this.producedSoFar()));
  }
}
