import type { RequestListener, Server } from 'node:http';
import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { HealthChecks } from '@tollgate/telemetry';
import { GatewayError } from '@tollgate/contracts';
import { FrontServer } from './http/front-server.js';
import { ProbeController } from './probing/probe.controller.js';
import { ProxyService } from './proxy-service.js';

export interface ProxyModuleOptions {
  readonly service: ProxyService;
  readonly health: HealthChecks;
  /** Time for requests under way to end when the process is asked to stop. */
  readonly drainTimeoutMs: number;
}

const OPTIONS = Symbol('ProxyModuleOptions');

/** Binds the proxy to Nest's life cycle. Model traffic itself never passes through Nest: see `proxyHttpAdapter`. */
@Module({})
export class ProxyModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(OPTIONS) private readonly options: ProxyModuleOptions) {}

  static register(options: ProxyModuleOptions): DynamicModule {
    return {
      module: ProxyModule,
      controllers: [ProbeController],
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: ProxyService, useValue: options.service },
      ],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    const { service, health } = this.options;
    health.register('configuration', () => {
      if (!service.ready)
        throw new GatewayError('service_unavailable', 'The configuration has not arrived yet.');
    });
    await service.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.options.health.drain();
    await this.options.service.stop(this.options.drainTimeoutMs);
  }
}

const HEADERS_TIMEOUT_MS = 30_000;
/** A slow client may take long to send a large body, but not for ever: each holds a connection and a place in flight. */
const REQUEST_TIMEOUT_MS = 300_000;
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/**
 * Fastify for Nest, on a server that hands model traffic to the proxy before the framework sees it: the frame then costs
 * nothing a request.
 */
export function proxyHttpAdapter(service: ProxyService): FastifyAdapter {
  return new FastifyAdapter({
    serverFactory: (framework: RequestListener): Server =>
      new FrontServer(
        {
          noDelay: true,
          requestTimeout: REQUEST_TIMEOUT_MS,
          headersTimeout: HEADERS_TIMEOUT_MS,
          keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
        },
        service.dataPlane,
        framework,
      ),
  });
}
