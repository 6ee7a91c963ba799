import { getRandomValues } from 'node:crypto';

/** A position in a distributed trace, as carried by the header `traceparent` (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits, not all zero. */
  readonly spanId: string;
  /** Whether the caller records the trace. */
  readonly sampled: boolean;
}

const PATTERN = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);
const LENGTH_MAX = 256;

/** `undefined`: absent or malformed, and then a new trace begins. Later versions are read as far as version 00 goes. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (header === undefined || header.length > LENGTH_MAX) {
    return undefined;
  }
  const [, version, traceId, spanId, flags, rest] = PATTERN.exec(header.trim()) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) {
    return undefined;
  }
  const isUnknownForm = version === 'ff' || (version === '00' && rest !== undefined);
  if (isUnknownForm || traceId === NO_TRACE || spanId === NO_SPAN) {
    return undefined;
  }
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`;
}

/** The next span of the caller's trace, or the first of a new trace that nobody records. */
export function nextTraceContext(parent: TraceContext | undefined): TraceContext {
  return {
    traceId: parent?.traceId ?? randomHex(16),
    spanId: randomHex(8),
    sampled: parent?.sampled ?? false,
  };
}

/** Setting the lowest bit keeps the id from being all zero. */
function randomHex(bytes: number): string {
  const values = getRandomValues(Buffer.allocUnsafe(bytes));
  values.writeUInt8(values.readUInt8(0) | 1, 0);
  return values.toString('hex');
}
