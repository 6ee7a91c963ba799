import { GatewayError } from '@tollgate/contracts';
import {
  DIALECTS,
  FULL_TARGET,
  ResponseCollector,
  SseParser,
  warningLabel,
  Warnings,
  type AnswerContext,
  type CanonicalRequest,
  type CanonicalResponse,
  type InboundDialect,
  type StreamPart,
  type TargetProfile,
} from '../src/index.js';
import { fixture, type MatrixDialect } from './fixtures.js';

/** What a translation comes to. */
export type Translated<Value> =
  | { readonly warnings: readonly string[]; readonly value: Value }
  | { readonly refused: string; readonly field: string | null };

/** How each dialect's vendors are usually told to think: what a provider says in its profile. */
const REASONING: Readonly<Record<MatrixDialect, TargetProfile['reasoning']>> = {
  'openai-chat': 'effort',
  'openai-responses': 'effort',
  'anthropic-messages': 'anthropic-budget',
  gemini: 'gemini-budget',
};

export function targetProfile(dialect: MatrixDialect): TargetProfile {
  return {
    ...FULL_TARGET,
    model: 'vendor-model',
    reasoning: REASONING[dialect],
    reasoningHistory: dialect === 'openai-chat' ? 'reasoning_details' : 'none',
  };
}

function inboundOf(dialect: MatrixDialect): InboundDialect {
  const { inbound } = DIALECTS[dialect];
  if (inbound === undefined) throw new Error(`${dialect} is not served`);
  return inbound;
}

/** A client's request of one dialect as a vendor of another is sent it. */
export function translateRequest(
  source: MatrixDialect,
  target: MatrixDialect,
  text: string,
): Translated<unknown> {
  return attempt(() => {
    const request = decodeRequest(source, text);
    const { body, warnings } = DIALECTS[target].outbound.encodeRequest(request, targetProfile(target));
    return { value: body, warnings: warnings.map(warningLabel) };
  });
}

export function decodeRequest(dialect: MatrixDialect, text: string): CanonicalRequest {
  const path = {
    operation: 'chat',
    ...(dialect === 'gemini' ? { model: 'client-model', streamed: false } : {}),
  } as const;
  return inboundOf(dialect).decodeRequest(JSON.parse(text), path);
}

/** A vendor's whole answer of one dialect as a client of another reads it. */
export function translateResponse(
  source: MatrixDialect,
  target: MatrixDialect,
  text: string,
): Translated<unknown> {
  return attempt(() => {
    const context = contextFor(target, false);
    const value = inboundOf(target).encodeResponse(decodeResponse(source, text), context);
    return { value, warnings: context.warnings.list.map(warningLabel) };
  });
}

export function decodeResponse(dialect: MatrixDialect, text: string): CanonicalResponse {
  return DIALECTS[dialect].outbound.decodeResponse(JSON.parse(text));
}

/** A vendor's stream of one dialect as a client of another reads it, event by event. */
export function translateStream(
  source: MatrixDialect,
  target: MatrixDialect,
  text: string,
): Translated<string> {
  const context = contextFor(target, true);
  const encoder = inboundOf(target).encodeStream(context);
  let out = '';
  return attempt(() => {
    try {
      const complete = decodeStream(source, text, (part) => (out += encoder.push(part)));
      out += complete
        ? encoder.end()
        : encoder.fail(new GatewayError('upstream_cut', 'The vendor broke off.'));
    } catch (error) {
      if (!(error instanceof GatewayError) || out === '') throw error;
      out += encoder.fail(error);
    }
    return { value: out, warnings: context.warnings.list.map(warningLabel) };
  });
}

/** @returns whether the stream said that it is complete */
export function decodeStream(
  dialect: MatrixDialect,
  text: string,
  emit: (part: StreamPart) => void,
): boolean {
  const decoder = DIALECTS[dialect].outbound.decodeStream(emit);
  const parser = new SseParser((event, data) => decoder.push(event, data));
  parser.push(Buffer.from(text));
  parser.end();
  decoder.end();
  return decoder.complete;
}

export function collectStream(dialect: MatrixDialect, text: string): CanonicalResponse {
  const collector = new ResponseCollector();
  decodeStream(dialect, text, (part) => collector.push(part));
  return collector.response;
}

/** What a client of the dialect asked for, with a time and an id that stay the same. */
export function contextFor(dialect: MatrixDialect, stream: boolean): AnswerContext {
  const text = fixture(dialect, 'text', 'request');
  if (text === undefined) throw new Error(`${dialect} shows no text`);
  return {
    request: { ...decodeRequest(dialect, text), model: 'client-model', stream },
    requestId: '0190a0b0-c0d0-7e0f-8000-000000000001',
    now: 1_767_225_600,
    warnings: new Warnings(),
    streamUsage: true,
  };
}

function attempt<Value>(work: () => { value: Value; warnings: readonly string[] }): Translated<Value> {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { refused: error.code, field: error.field ?? null };
  }
}
