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

  it('tells of each attempt which channel was asked, and what came of it', () => {
    const span = new OpenTelemetryTracing().begin(client(), 'chat');
    const asked = { credential: 1, model: 'gpt-4o-2024-11-20', durationMs: 80 };
    span?.attempted({ ...asked, channel: 'openai-main', result: 'upstream_timeout', firstByteMs: 0 });
    span?.attempted({ ...asked, channel: 'azure-eu', result: 'ok', firstByteMs: 30 });
    span?.end(conclusion, {});
    const told = exporter
      .getFinishedSpans()[0]
      ?.events.map(({ name, attributes }) => ({ name, ...attributes }));
    const common = { name: 'tollgate.attempt', 'tollgate.credential': 1, 'tollgate.duration_ms': 80 };
    expect(told).toEqual([
      expect.objectContaining({
        ...common,
        'tollgate.channel': 'openai-main',
        'tollgate.result': 'upstream_timeout',
      }),
      expect.objectContaining({ ...common, 'tollgate.channel': 'azure-eu', 'tollgate.first_byte_ms': 30 }),
    ]);
    expect(told?.[0]).not.toHaveProperty('tollgate.first_byte_ms');
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
