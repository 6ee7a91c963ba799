import { Controller, Get, Inject, Module, Res, SetMetadata, type DynamicModule } from '@nestjs/common';
import { HealthChecks, type HealthReport } from '../health-checks.js';
import { type MetricsSource } from '../metrics.js';

/** Metadata of routes that need no access token; set by control-api's `@Public()` as well. */
export const PUBLIC_ROUTE = 'tollgate:public';

const METRICS_SOURCE = Symbol('METRICS_SOURCE');

/** The part of a Fastify reply that probes need. */
interface ProbeReply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
}

@SetMetadata(PUBLIC_ROUTE, true)
@Controller()
class HealthController {
  constructor(@Inject(HealthChecks) private readonly health: HealthChecks) {}

  @Get('healthz')
  live(): HealthReport {
    return this.health.live();
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: ProbeReply): Promise<HealthReport> {
    const report = await this.health.ready();
    reply.code(report.status === 'ok' ? 200 : 503);
    return report;
  }
}

@SetMetadata(PUBLIC_ROUTE, true)
@Controller()
class MetricsController {
  constructor(@Inject(METRICS_SOURCE) private readonly source: MetricsSource) {}

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) reply: ProbeReply): Promise<string> {
    const text = await this.source.metrics();
    reply.header('content-type', this.source.contentType);
    return text;
  }
}

export interface ObservabilityOptions {
  readonly health: HealthChecks;
  readonly metrics: MetricsSource;
}

/** The probes of every service: `GET /healthz`, `GET /readyz`, `GET /metrics`. */
@Module({})
export class ObservabilityModule {
  static register(options: ObservabilityOptions): DynamicModule {
    return {
      module: ObservabilityModule,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: HealthChecks, useValue: options.health },
        { provide: METRICS_SOURCE, useValue: options.metrics },
      ],
    };
  }
}
