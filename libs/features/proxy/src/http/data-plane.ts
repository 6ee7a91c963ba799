import { GatewayError, newId, type RequestId } from '@tollgate/contracts';
import type { ModelList } from '../request/model-list.js';
import type { ProxyRequests } from '../request/proxy-request.js';
import type { StoredResponses } from '../request/stored-responses.js';
import type { OverloadMetrics } from '../observation/overload-metrics.js';
import type { OverloadReason } from '../overload/overload-guard.js';
import type { OverloadWatch } from '../overload/overload-watch.js';
import { tooManyBodies } from './body-reading.js';
import { ClientRequest } from './client-request.js';
import type { Exchange } from './exchange.js';
import { dialectOfUnknown, findRoute, isModelTraffic, type ClientRoute } from './routes.js';

export interface DataPlaneOptions {
  readonly requests: ProxyRequests;
  readonly models: ModelList;
  readonly storedResponses: StoredResponses;
  /** Refuses early what is too much, so that what is under way finishes. */
  readonly overload: OverloadWatch;
  readonly metrics: OverloadMetrics;
}

/** Entry of model traffic: below the framework's pipeline, straight from the HTTP server. */
export class DataPlane {
  private draining = false;
  private onIdle: (() => void) | undefined;

  constructor(private readonly options: DataPlaneOptions) {}

  get inFlight(): number {
    return this.options.overload.guard.inFlight;
  }

  /** `false`: not model traffic, for the framework to answer. */
  accepts(url: string): boolean {
    return isModelTraffic(url);
  }

  handle(exchange: Exchange): void {
    const { url, method } = exchange;
    const route = findRoute(url, method, exchange);
    const dialect = route?.dialect ?? dialectOfUnknown(url, exchange);
    const client = new ClientRequest(newId<RequestId>(), dialect, exchange);
    if (route === undefined || route.method !== method) {
      client.refuse(noSuchThing(route, url, method));
      return;
    }
    if (route.target.kind === 'models') {
      void this.options.models.answer(client, route.target.name);
      return;
    }
    if (this.draining) {
      client.refuse(shuttingDown());
      return;
    }
    const { guard } = this.options.overload;
    const reason = guard.enter(client.bodyBytes);
    if (reason !== undefined) {
      this.refuse(client, exchange, reason);
      return;
    }
    client.meter = guard;
    void this.serve(client, route.target).then(this.left, this.left);
  }

  /** Takes no new request and resolves when those under way have ended, or the time is up. */
  async drain(timeoutMs: number): Promise<void> {
    this.draining = true;
    if (this.inFlight === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const idle = new Promise<void>((resolve) => {
      this.onIdle = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    await idle;
    clearTimeout(timer);
  }

  private serve(
    client: ClientRequest,
    target: Exclude<ClientRoute['target'], { kind: 'models' }>,
  ): Promise<void> {
    return target.kind === 'model-request'
      ? this.options.requests.handle(client, target)
      : this.options.storedResponses.handle(client, target);
  }

  private readonly left = (): void => {
    const { guard } = this.options.overload;
    guard.leave();
    if (guard.inFlight === 0) this.onIdle?.();
  };

  private refuse(client: ClientRequest, exchange: Exchange, reason: OverloadReason): void {
    this.options.metrics.refused(reason);
    const error = REFUSALS[reason];
    if (client.reusable) this.options.overload.refuse(exchange.connection, client, error);
    else client.refuse(error);
  }
}

/** Made once: who makes an error takes a picture of the stack, and of these there may be thousands a second. */
const REFUSALS: Readonly<Record<OverloadReason, GatewayError>> = {
  delay: overloaded('The gateway has more to do than it can carry.'),
  in_flight: overloaded('The gateway has more requests under way than it can carry.'),
  bodies: tooManyBodies(),
};

function overloaded(message: string): GatewayError {
  return new GatewayError('overloaded', message, { retryAfterSeconds: 1 });
}

function shuttingDown(): GatewayError {
  return new GatewayError('shutting_down', 'This gateway process is stopping.', { retryAfterSeconds: 1 });
}

function noSuchThing(route: ClientRoute | undefined, url: string, method: string): GatewayError {
  const path = url.split('?', 1)[0] ?? '';
  return route === undefined
    ? new GatewayError('unknown_path', `There is nothing at ${path}.`)
    : new GatewayError('method_not_allowed', `${path} does not take ${method}.`);
}
