/** Stops tracing; spans not yet sent are sent first. */
export interface Tracing {
  shutdown(): Promise<void>;
}

export interface TracingOptions {
  readonly service: string;
  /** Base URL of an OTLP/HTTP collector, e.g. `http://collector:4318`. Absent: nothing is loaded and nothing is traced. */
  readonly endpoint?: string | undefined;
  /** Share of new traces that are recorded, 0 to 1; a caller's decision comes first. Default 1. */
  readonly sampleRatio?: number | undefined;
}

/**
 * Starts the OpenTelemetry SDK. Spans are made by hand with `@opentelemetry/api`: automatic instrumentation costs more
 * than the gateway itself, sampled or not.
 */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  if (options.endpoint === undefined) {
    return { shutdown: () => Promise.resolve() };
  }
  // Loaded on demand: the SDK costs a second of start-up and 40 MB of memory.
  const [{ NodeSDK }, { OTLPTraceExporter }, { defaultResource, resourceFromAttributes }, samplers] =
    await Promise.all([
      import('@opentelemetry/sdk-node'),
      import('@opentelemetry/exporter-trace-otlp-proto'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace'),
    ]);
  const sdk = new NodeSDK({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': options.service })),
    autoDetectResources: false,
    traceExporter: new OTLPTraceExporter({ url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces` }),
    sampler: new samplers.ParentBasedSampler({
      root: new samplers.TraceIdRatioBasedSampler(options.sampleRatio ?? 1),
    }),
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return { shutdown: () => sdk.shutdown() };
}
