import { GatewayError } from '@tollgate/contracts';
import {
  GeminiJsonArray,
  SseParser,
  type EncodedError,
  type ReportedUsage,
  type RequestPath,
  type StreamTap,
  type VendorError,
  type VendorDialect,
} from '@tollgate/dialects';
import type { ClientDialect } from '../http/routes.js';
import { countedUsage } from './counted-usage.js';
import type { Passage, StreamPassage, WholeAnswer } from './passage.js';
import { writtenText } from './written-text.js';

export interface PassingOptions {
  readonly client: ClientDialect;
  readonly vendor: VendorDialect;
  readonly path: RequestPath;
  readonly body: Buffer;
  /** The client did not ask for usage in its stream; the gateway did. */
  readonly hideUsage: boolean;
  /** How many answers the client asked for at once. */
  readonly choices: number;
  readonly jsonArray: boolean;
  /** What of the request did not pass, as labels. */
  readonly warnings?: readonly string[];
}

/** Bytes that make a token of a JSON answer, on average. */
const BYTES_PER_TOKEN = 4;
const NO_WARNINGS: readonly string[] = [];

/** Client and vendor speak the same dialect: bytes pass, and usage is read from them. */
export class PassingPassage implements Passage {
  readonly warnings: readonly string[];
  readonly piecemeal = true;
  readonly body: Buffer;

  constructor(private readonly options: PassingOptions) {
    this.body = options.body;
    this.warnings = options.warnings ?? NO_WARNINGS;
  }

  readTail(tail: Buffer): ReportedUsage | undefined {
    return countedUsage(this.options.vendor.outbound.readUsage(tail));
  }

  readWhole(bytes: Buffer): WholeAnswer {
    const { vendor } = this.options;
    const usage = countedUsage(vendor.outbound.readUsage(bytes));
    const text = usage === undefined ? textWithoutUsage(bytes, this.options) : undefined;
    return {
      body: bytes,
      contentType: undefined,
      usage,
      text,
      responseId: vendor.outbound.readResponseId?.(bytes) ?? null,
      warnings: NO_WARNINGS,
    };
  }

  openStream(): StreamPassage {
    const { vendor, hideUsage, choices, jsonArray } = this.options;
    const tap = vendor.outbound.tapStream?.({ hideUsage, choices });
    if (tap === undefined) throw new Error(`nothing passes in ${vendor.id}`);
    return new PassingStreamPassage(tap, this.options, jsonArray ? new GeminiJsonArray() : undefined);
  }

  decodeError(status: number, body: Buffer): VendorError {
    return this.options.vendor.outbound.decodeError(status, body);
  }

  encodeRefusal(): EncodedError | undefined {
    return undefined;
  }
}

class PassingStreamPassage implements StreamPassage {
  readonly warnings = NO_WARNINGS;
  readonly text = undefined;
  fault: GatewayError | undefined;

  constructor(
    private readonly tap: StreamTap,
    private readonly options: PassingOptions,
    private readonly array: GeminiJsonArray | undefined,
  ) {}

  get contentType(): string | undefined {
    return this.array === undefined ? undefined : 'application/json; charset=utf-8';
  }
  get usage(): ReportedUsage | undefined {
    return countedUsage(this.tap.usage);
  }
  get complete(): boolean {
    return this.tap.complete;
  }
  get failed(): boolean {
    return this.tap.failed;
  }
  get responseId(): string | null {
    return this.tap.responseId;
  }
  get bytesPerEvent(): number {
    return this.tap.bytesPerEvent;
  }

  push(pieces: readonly Buffer[]): Buffer | null {
    const passed = this.tap.push(pieces);
    if (this.tap.failed) this.fault ??= faultIn(passed, this.options.vendor);
    return passed === null || this.array === undefined ? passed : this.array.push(passed);
  }

  end(): Buffer | null {
    const rest = this.tap.end();
    if (this.array === undefined) return rest;
    // What broke off may end within an element: its error ends the array.
    if (!this.complete) return null;
    const last = rest === null ? [] : [this.array.push(rest)];
    return Buffer.concat([...last, this.array.end()]);
  }

  fail(error: GatewayError): string {
    // The vendor's own error event has told the client already.
    if (this.tap.failed) return '';
    const event = this.options.client.inbound.encodeStreamError(error);
    if (this.array === undefined) return event;
    return Buffer.concat([this.array.push(Buffer.from(event)), this.array.end()]).toString();
  }

  /** One token an event: so do vendors stream. */
  producedTokens(bytes: number): number {
    const { bytesPerEvent } = this.tap;
    return Math.ceil(bytes / (bytesPerEvent > 0 ? bytesPerEvent : BYTES_PER_TOKEN));
  }
}

/** What the vendor's error event means: only now that one came, events are read. */
function faultIn(events: Buffer | null, { outbound }: VendorDialect): GatewayError {
  const decoder = outbound.decodeStream(() => undefined);
  const parser = new SseParser((event, data) => decoder.push(event, data));
  try {
    if (events !== null) parser.push(events);
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  return errorInAnswer();
}

/**
 * Asked only of an answer without usage: what its model wrote, unless it is garbage, or an error with status 200 as some
 * vendors send.
 */
function textWithoutUsage(bytes: Buffer, { vendor, path }: PassingOptions): string | undefined {
  const value = parseAnswer(bytes);
  if (typeof value !== 'object' || value === null) throw invalidAnswer();
  const hasError = 'error' in value && value.error !== null;
  if (path.operation !== 'chat' && !hasError) return undefined;
  try {
    // The dialect says what its errors mean.
    return writtenText(vendor.outbound.decodeResponse(value));
  } catch (error) {
    if (hasError) throw error instanceof GatewayError ? error : errorInAnswer();
    // An answer that can't be read still passes; what it used is guessed.
    return undefined;
  }
}

/** @throws GatewayError `upstream_invalid_response` */
export function parseAnswer(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw invalidAnswer(cause);
  }
}

function invalidAnswer(cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', "The vendor's answer is not valid JSON.", {
    retry: 'next-channel',
    cause,
  });
}

export function errorInAnswer(): GatewayError {
  return new GatewayError('upstream_error', 'The vendor reported an error in its answer.', {
    retry: 'next-channel',
  });
}
