export { HealthChecks, type CheckResult, type HealthCheck, type HealthReport } from './health-checks.js';
export { HotCounter, HotHistogram, type Count, type HotObservations } from './hot-metrics.js';
export {
  createLogger,
  LOG_LEVELS,
  noopLogger,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './logger.js';
export { createMetrics, type MetricsSource } from './metrics.js';
export { ObservabilityModule, PUBLIC_ROUTE, type ObservabilityOptions } from './nest/observability.module.js';
export { redactText } from './redaction.js';
export { formatTraceparent, nextTraceContext, parseTraceparent, type TraceContext } from './trace-context.js';
export { startTracing, type Tracing, type TracingOptions } from './tracing.js';
