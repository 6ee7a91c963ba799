import { GatewayError } from '@tollgate/contracts';
import { ResponseCollector } from '../src/canonical/collect.js';
import type { CanonicalResponse } from '../src/canonical/response.js';
import type { StreamPart } from '../src/canonical/stream.js';
import type { Dialect } from '../src/dialect.js';
import { SseParser } from '../src/sse/sse-parser.js';

export interface ReadStream {
  readonly parts: readonly StreamPart[];
  readonly complete: boolean;
}

/** The half of a dialect that speaks to vendors. */
type Outbound = Pick<NonNullable<Dialect['outbound']>, 'decodeStream'>;

/** A stream that comes in these pieces. @throws GatewayError what the decoder throws */
export function readStream(outbound: Outbound, pieces: readonly Buffer[]): ReadStream {
  const { parts, complete, failure } = readAsFarAsItGoes(outbound, pieces);
  if (failure !== undefined) throw failure;
  return { parts, complete };
}

/** The same; when the vendor tells of an error, what came before it. */
export function readAsFarAsItGoes(
  outbound: Outbound,
  pieces: readonly Buffer[],
): ReadStream & { readonly failure: GatewayError | undefined } {
  const parts: StreamPart[] = [];
  const decoder = outbound.decodeStream((part) => parts.push(part));
  const parser = new SseParser((event, data) => decoder.push(event, data));
  let failure: GatewayError | undefined;
  try {
    for (const piece of pieces) parser.push(piece);
    parser.end();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    failure = error;
  }
  decoder.end();
  return { parts, complete: decoder.complete, failure };
}

/** Cut once. */
export const inTwo = (bytes: Buffer, cut: number): readonly Buffer[] => [
  bytes.subarray(0, cut),
  bytes.subarray(cut),
];

/** Cut into pieces of `size` bytes. */
export function inPieces(bytes: Buffer, size: number): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

/** The answer that the parts make up. */
export function collected(parts: readonly StreamPart[]): CanonicalResponse {
  const collector = new ResponseCollector();
  for (const part of parts) collector.push(part);
  return collector.response;
}

/** Blocks that began and did not end. */
export const openBlocks = (parts: readonly StreamPart[]): number =>
  parts.filter(({ type }) => type.endsWith('-start') && type !== 'response-start').length -
  parts.filter(({ type }) => type.endsWith('-end')).length;
