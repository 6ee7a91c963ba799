import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Span } from '@opentelemetry/api';
import type { Operation } from '@tollgate/contracts';
import { parseTraceparent } from '@tollgate/telemetry';
import type { ClientRequest } from '../http/client-request.js';
import type { Conclusion } from '../request/metered-request.js';

/** Starts and ends the span of one request. Made by hand: automatic instrumentation costs more than the gateway itself. */
export interface RequestTracing {
  begin(client: ClientRequest, operation: Operation): RequestSpan | undefined;
}

/** What is known of a request that came onto the books. */
export interface RequestFacts {
  readonly model?: string;
  readonly attempts?: number;
}

/** One attempt at one channel that is over. */
export interface AttemptFacts {
  readonly channel: string;
  /** Position among the channel's. */
  readonly credential: number;
  /** The vendor's name of the model. */
  readonly model: string;
  /** `ok`, an error code, or `client_closed`. */
  readonly result: string;
  readonly firstByteMs: number;
  readonly durationMs: number;
}

export interface RequestSpan {
  attempted(attempt: AttemptFacts): void;
  end(conclusion: Conclusion, facts: RequestFacts): void;
}

/** Where no collector is configured: costs nothing a request. */
export const NO_TRACING: RequestTracing = { begin: () => undefined };

/** Spans by the SDK that `startTracing` of @tollgate/telemetry set up; a caller's `traceparent` is continued. */
export class OpenTelemetryTracing implements RequestTracing {
  private readonly tracer = trace.getTracer('tollgate');

  begin(client: ClientRequest, operation: Operation): RequestSpan | undefined {
    const parent = parseTraceparent(client.header('traceparent'));
    const context =
      parent === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId: parent.traceId,
            spanId: parent.spanId,
            traceFlags: parent.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
            isRemote: true,
          });
    const span = this.tracer.startSpan(`proxy ${operation}`, { kind: SpanKind.SERVER }, context);
    return span.isRecording() ? new RecordedSpan(span, client, operation) : undefined;
  }
}

class RecordedSpan implements RequestSpan {
  constructor(
    private readonly span: Span,
    private readonly client: ClientRequest,
    private readonly operation: Operation,
  ) {}

  attempted({ channel, credential, model, result, firstByteMs, durationMs }: AttemptFacts): void {
    this.span.addEvent('tollgate.attempt', {
      ...{ 'tollgate.channel': channel, 'tollgate.credential': credential, 'gen_ai.request.model': model },
      ...{ 'tollgate.result': result, 'tollgate.duration_ms': durationMs },
      ...(firstByteMs > 0 && { 'tollgate.first_byte_ms': firstByteMs }),
    });
  }

  /** Attribute names of https://opentelemetry.io/docs/specs/semconv/gen-ai/ where there are any. */
  end(conclusion: Conclusion, { model, attempts }: RequestFacts): void {
    const { span, client, operation } = this;
    span.setAttribute('tollgate.request.id', client.id);
    span.setAttribute('gen_ai.operation.name', operation);
    span.setAttribute('http.response.status_code', conclusion.httpStatus);
    if (model !== undefined) span.setAttribute('gen_ai.request.model', model);
    if (attempts !== undefined) span.setAttribute('tollgate.attempts', attempts);
    if (conclusion.errorCode !== null) {
      span.setAttribute('error.type', conclusion.errorCode);
      span.setStatus({ code: SpanStatusCode.ERROR, message: conclusion.errorCode });
    }
    span.end();
  }
}
