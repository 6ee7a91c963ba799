import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Clock, systemClock } from '@tollgate/contracts';
import { type Keyring, type MasterKey } from '@tollgate/security';
import { listenFailure } from '@tollgate/service';
import { type HealthChecks, type Logger, type MetricsSource, ObservabilityModule } from '@tollgate/telemetry';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { AccessTokenGuard } from './access/access-token.guard.js';
import { NestLogger } from './nest-logger.js';
import { createOpenApiDocument, OPEN_API_PATH, type OpenApiOptions } from './open-api.js';
import { ProblemFilter, sendProblem } from './problems/problem.filter.js';
import { createValidationPipe } from './validation-pipe.js';

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
/** For headers and body together: bodies are read before the caller is known. Fastify's own default is no limit. */
const REQUEST_TIMEOUT_MS = 120_000;

export interface ControlApplicationOptions {
  /** Feature modules; several share one address in standalone. */
  readonly modules: readonly (DynamicModule | Type)[];
  readonly logger: Logger;
  readonly health: HealthChecks;
  readonly metrics: MetricsSource;
  /** Verifies access tokens. */
  readonly masterKey: MasterKey | Keyring;
  readonly clock?: Clock;
  readonly openApi: OpenApiOptions;
  /** Where to listen; absent: the application is ready for `inject` and listens nowhere. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The setting that an error names when the port is taken. Default `TOLLGATE_ADMIN_PORT`. */
  readonly portSetting?: string;
  /** Default 4 MiB. */
  readonly bodyLimitBytes?: number;
  /** Last changes before the application is initialised: static files, body parsers. */
  readonly configure?: (app: NestFastifyApplication) => void | Promise<void>;
}

/**
 * One control API over the given feature modules: guard, validation, problem documents, probes, OpenAPI.
 * Throws GatewayError `service_unavailable` when it can not listen; `close()` stops it.
 */
export async function createControlApplication(
  options: ControlApplicationOptions,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(rootModule(options), createAdapter(options), {
    logger: new NestLogger(options.logger),
    abortOnError: false,
    forceCloseConnections: true,
  });
  try {
    app.useSecurityHeaders({
      // TLS and its policy belong to what terminates it; the console is also served over plain HTTP.
      strictTransportSecurity: false,
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    });
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRequest', async (request, reply) => {
        reply.header('x-request-id', request.id);
      });
    await options.configure?.(app);
    serveOpenApi(app, options.openApi);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    await listen(app, options);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

function rootModule(options: ControlApplicationOptions): DynamicModule {
  const { logger, masterKey, clock = systemClock } = options;
  return {
    module: ControlRootModule,
    imports: [
      ObservabilityModule.register({ health: options.health, metrics: options.metrics }),
      ...options.modules,
    ],
    providers: [
      {
        provide: APP_GUARD,
        useFactory: (reflector: Reflector) => new AccessTokenGuard(reflector, masterKey, clock),
        inject: [Reflector],
      },
      { provide: APP_FILTER, useValue: new ProblemFilter(logger) },
      { provide: APP_PIPE, useValue: createValidationPipe() },
    ],
  };
}

@Module({})
class ControlRootModule {}

function createAdapter(options: ControlApplicationOptions): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: requestIdOf,
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      reply.header('x-request-id', request.id);
      sendProblem(options.logger, { error, request, reply });
    },
  });
}

/** A caller's own id is kept when it can do no harm in logs and headers. */
function requestIdOf(request: IncomingMessage): string {
  const id = request.headers['x-request-id'];
  return typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id) ? id : randomUUID();
}

/** Made on the first request for it: start-up does not wait for it. */
function serveOpenApi(app: NestFastifyApplication, options: OpenApiOptions): void {
  let document: string | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get(OPEN_API_PATH, async (_request, reply) => {
      document ??= JSON.stringify(createOpenApiDocument(app, options));
      return reply.type('application/json').send(document);
    });
}

async function listen(app: NestFastifyApplication, options: ControlApplicationOptions): Promise<void> {
  const { port, host = '127.0.0.1', portSetting = 'TOLLGATE_ADMIN_PORT' } = options;
  if (port === undefined) {
    return;
  }
  try {
    await app.listen(port, host);
  } catch (error) {
    throw listenFailure(error, { host, port, portSetting });
  }
}
