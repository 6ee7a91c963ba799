import type { VendorBehaviour, VendorRequest } from './fake-vendor.js';

/** What a model says, told without any wire format; a `VendorWriter` writes it as one vendor does. */
export interface VendorAnswer {
  readonly reasoning?: VendorReasoning;
  /** As the vendor streams it; whole when it answers at once. */
  readonly words?: readonly string[];
  readonly calls?: readonly VendorCall[];
  /** Default: the end of the answer, or its calls. */
  readonly stop?: 'length' | 'refusal' | 'filter';
  /** `null`: the vendor reports none. */
  readonly usage?: VendorUsage | null;
}

export interface VendorReasoning {
  readonly words: readonly string[];
  /** State that the vendor wants back; base64. */
  readonly signature?: string;
}

export interface VendorCall {
  readonly id: string;
  readonly name: string;
  /** JSON of an object, in the pieces in which it is streamed. */
  readonly args: readonly string[];
  /** Gemini's state of a call, on the call itself; base64. */
  readonly signature?: string;
}

/** Tokens, none counted twice. */
export interface VendorUsage {
  readonly input: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output: number;
  readonly reasoning?: number;
}

export const VENDOR_USAGE: VendorUsage = { input: 20, output: 7 };

/** What a vendor refuses a request with, or breaks off with. */
export type VendorTrouble = 'bad-request' | 'rate-limit' | 'overloaded' | 'server-error';

/** Seconds that a vendor asks to wait after `rate-limit`. */
export const VENDOR_RETRY_AFTER_SECONDS = 7;

/** Writes answers in one dialect, as its vendor does. */
export interface VendorWriter {
  json(answer: VendorAnswer): object;
  /** Events, each one piece. */
  stream(answer: VendorAnswer): readonly string[];
  wantsStream(request: VendorRequest): boolean;
  refuse(trouble: VendorTrouble): VendorBehaviour;
  /** The event with which the vendor breaks off a stream. */
  streamError(trouble: VendorTrouble): string;
}

/** A vendor that answers as it is asked: at once or in a stream. */
export function vendorSaying(
  writer: VendorWriter,
  ...answers: readonly VendorAnswer[]
): (request: VendorRequest) => VendorBehaviour {
  let next = 0;
  return (request) => {
    // The last answer is given again and again.
    const answer = answers[Math.min(next, answers.length - 1)] ?? {};
    next += 1;
    return writer.wantsStream(request)
      ? { kind: 'stream', events: writer.stream(answer) }
      : { kind: 'answer', body: writer.json(answer) };
  };
}

/** Long enough for what was written to reach the client by itself. */
const BEFORE_TROUBLE_MS = 20;

/** A vendor whose stream begins with the answer's first words and ends in trouble: with an error event, or cut off. */
export function vendorBreakingOff(
  writer: VendorWriter,
  answer: VendorAnswer,
  trouble: VendorTrouble | 'cut',
): VendorBehaviour {
  const events = writer.stream(answer);
  const first = answer.words?.[0] ?? '';
  const firstAt = events.findIndex((event) => event.includes(JSON.stringify(first)));
  const begun = events.slice(0, firstAt + 1).join('');
  const intervalMs = BEFORE_TROUBLE_MS;
  return trouble === 'cut'
    ? { kind: 'stream', events: [begun], intervalMs, ending: 'cut' }
    : { kind: 'stream', events: [begun, writer.streamError(trouble)], intervalMs };
}

export function wordsOf(part: { readonly words?: readonly string[] } | undefined): string {
  return part?.words?.join('') ?? '';
}

export function argumentsOf({ args }: VendorCall): unknown {
  return JSON.parse(args.join(''));
}

/** An event without a name, as most vendors write them. */
export function dataEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** An event named as its data's `type`. */
export function typedEvent(data: { readonly type: string; readonly [member: string]: unknown }): string {
  return `event: ${data.type}\n${dataEvent(data)}`;
}
