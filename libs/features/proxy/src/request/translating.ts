import { GatewayError } from '@tollgate/contracts';
import {
  GeminiJsonArray,
  GrowingText,
  lengthOf,
  replayResponse,
  SseParser,
  warningLabel,
  type AnswerContext,
  type CanonicalResponse,
  type Delta,
  type EncodedError,
  type EncodedRequest,
  type ReportedUsage,
  type StreamDecoder,
  type StreamEncoder,
  type StreamPart,
  type VendorError,
  type VendorDialect,
} from '@tollgate/dialects';
import type { ClientDialect } from '../http/routes.js';
import { countedUsage } from './counted-usage.js';
import type { Passage, StreamPassage, WholeAnswer } from './passage.js';
import { parseAnswer } from './passing.js';
import { ThoughtsInText, thoughtsInText } from './thoughts-in-text.js';
import { writtenText } from './written-text.js';

export interface TranslatingOptions {
  readonly client: ClientDialect;
  readonly vendor: VendorDialect;
  readonly encoded: EncodedRequest;
  readonly context: AnswerContext;
  readonly jsonArray: boolean;
  readonly thinkingToContent: boolean;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const STREAM_TYPE = 'text/event-stream; charset=utf-8';
/** A longer text is guessed, not kept to be counted. */
const TEXT_LENGTH_MAX = 262_144;
/** Characters that make a token, on average. */
const CHARACTERS_PER_TOKEN = 4;

/** Client and vendor speak different dialects: everything goes through the canonical form. */
export class TranslatingPassage implements Passage {
  readonly piecemeal = false;
  readonly body: Buffer;
  readonly warnings: readonly string[];

  constructor(private readonly options: TranslatingOptions) {
    const { body, warnings } = options.encoded;
    this.body = Buffer.from(JSON.stringify(body));
    this.warnings = warnings.map(warningLabel);
  }

  readTail(): undefined {
    return undefined;
  }

  readWhole(bytes: Buffer): WholeAnswer {
    const { client, vendor, context, thinkingToContent, jsonArray } = this.options;
    const decoded = vendor.outbound.decodeResponse(parseAnswer(bytes));
    const response = thinkingToContent ? thoughtsInText(decoded) : decoded;
    const usage = countedUsage(response.usage);
    const streamed = context.request.stream;
    const body = streamed
      ? framed(replayed(response, client.inbound.encodeStream(context)), jsonArray)
      : Buffer.from(JSON.stringify(client.inbound.encodeResponse(response, context)));
    return {
      body,
      contentType: streamed && !jsonArray ? STREAM_TYPE : JSON_TYPE,
      usage,
      text: usage === undefined ? writtenText(response) : undefined,
      responseId: null,
      warnings: context.warnings.list.map(warningLabel),
    };
  }

  openStream(): StreamPassage {
    return new TranslatingStream(this.options);
  }

  decodeError(status: number, body: Buffer): VendorError {
    return this.options.vendor.outbound.decodeError(status, body);
  }

  encodeRefusal(error: GatewayError): EncodedError {
    return this.options.client.inbound.encodeError(error, this.options.context.requestId);
  }
}

class TranslatingStream implements StreamPassage {
  readonly bytesPerEvent = 0;
  readonly responseId = null;
  usage: ReportedUsage | undefined;
  fault: GatewayError | undefined;
  private readonly parser: SseParser;
  private readonly decoder: StreamDecoder;
  private readonly encoder: StreamEncoder;
  private readonly array: GeminiJsonArray | undefined;
  private out = '';
  private characters = 0;
  private readonly written = new GrowingText();

  constructor(private readonly options: TranslatingOptions) {
    const { client, vendor, context, jsonArray, thinkingToContent } = options;
    this.encoder = client.inbound.encodeStream(context);
    const write = (part: StreamPart): void => this.write(part);
    const thoughts = thinkingToContent ? new ThoughtsInText(write) : undefined;
    this.decoder = vendor.outbound.decodeStream(
      thoughts === undefined ? write : (part) => thoughts.push(part),
    );
    this.parser = new SseParser(
      (event, data) => this.decoder.push(event, data),
      (text, from, frame) => this.decoder.pushDeltas?.(text, from, frame) ?? from,
    );
    this.array = jsonArray ? new GeminiJsonArray() : undefined;
  }

  get contentType(): string {
    return this.array === undefined ? STREAM_TYPE : JSON_TYPE;
  }
  get complete(): boolean {
    return this.decoder.complete;
  }
  get failed(): boolean {
    return this.fault !== undefined;
  }
  get text(): string | undefined {
    // Put together only for who asks without a count.
    return this.usage !== undefined || this.characters > TEXT_LENGTH_MAX ? undefined : this.written.text;
  }
  get warnings(): readonly string[] {
    return this.options.context.warnings.list.map(warningLabel);
  }

  push(pieces: readonly Buffer[]): Buffer | null {
    return this.read(() => {
      const [only] = pieces;
      this.parser.push(pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces));
    });
  }

  end(): Buffer | null {
    const rest = this.read(() => {
      this.parser.end();
      this.decoder.end();
    });
    if (this.failed || !this.complete) return rest;
    const last = this.read(() => {
      this.out += this.encoder.end();
    });
    const pieces = [rest, last, this.array?.end()].filter((piece) => piece !== null && piece !== undefined);
    return Buffer.concat(pieces);
  }

  fail(error: GatewayError): string {
    const event = this.encoder.fail(error);
    if (this.array === undefined) return event;
    return Buffer.concat([this.array.push(Buffer.from(event)), this.array.end()]).toString();
  }

  producedTokens(): number {
    return Math.ceil(this.characters / CHARACTERS_PER_TOKEN);
  }

  private read(work: () => void): Buffer | null {
    if (this.failed) return null;
    try {
      work();
    } catch (error) {
      this.fault = error instanceof GatewayError ? error : undecodable(error);
    }
    return this.take();
  }

  private write(part: StreamPart): void {
    if (part.type === 'usage') this.usage = countedUsage(part.usage);
    else if ('text' in part) this.count(part);
    this.out += this.encoder.push(part);
  }

  private count(delta: Delta): void {
    this.characters += lengthOf(delta);
    if (this.characters <= TEXT_LENGTH_MAX) this.written.add(delta);
  }

  private take(): Buffer | null {
    if (this.out === '') return null;
    const bytes = Buffer.from(this.out);
    this.out = '';
    return this.array === undefined ? bytes : this.array.push(bytes);
  }
}

function replayed(response: CanonicalResponse, encoder: StreamEncoder): Buffer {
  let text = '';
  replayResponse(response, (part) => (text += encoder.push(part)));
  return Buffer.from(text + encoder.end());
}

function framed(events: Buffer, jsonArray: boolean): Buffer {
  if (!jsonArray) return events;
  const array = new GeminiJsonArray();
  return Buffer.concat([array.push(events), array.end()]);
}

function undecodable(cause: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', "The vendor's stream could not be read.", {
    retry: 'next-channel',
    cause,
  });
}
