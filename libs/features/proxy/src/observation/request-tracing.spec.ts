import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import type { ClientRequest } from '../http/client-request.js';
import { NO_TRACING, OpenTelemetryTracing } from './request-tracing.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const conclusion = { outcome: 'succeeded', httpStatus: 200, errorCode: null } as const;
const client = (traceparent?: string) =>
  ({ id: 'r1', header: () => traceparent }) as unknown as ClientRequest;

describe('tracing requests', () => {
  const exporter = new InMemorySpanExporter();
  beforeAll(() => {
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    trace.setGlobalTracerProvider(provider);
  });
  afterAll(() => trace.disable());
  beforeEach(() => exporter.reset());

  it("continues the caller's trace", () => {
    new OpenTelemetryTracing()
      .begin(client(`00-${TRACE}-b7ad6b7169203331-01`), 'chat')
      ?.end(conclusion, { model: 'gpt-4o', attempts: 2 });
    const [span] = exporter.getFinishedSpans();
    expect(span?.spanContext().traceId).toBe(TRACE);
    expect(span?.attributes).toMatchObject({
      'tollgate.request.id': 'r1',
      'gen_ai.request.model': 'gpt-4o',
      'http.response.status_code': 200,
      'tollgate.attempts': 2,
    });
  });

  it('marks a failure with its code', () => {
    new OpenTelemetryTracing()
      .begin(client(), 'chat')
      ?.end({ outcome: 'failed', httpStatus: 502, errorCode: 'upstream_error' }, {});
    expect(exporter.getFinishedSpans()[0]?.attributes).toMatchObject({ 'error.type': 'upstream_error' });
  });

  it('leaves alone what the caller does not record, and everything without a collector', () => {
    expect(
      new OpenTelemetryTracing().begin(client(`00-${TRACE}-b7ad6b7169203331-00`), 'chat'),
    ).toBeUndefined();
    expect(NO_TRACING.begin(client(), 'chat')).toBeUndefined();
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
