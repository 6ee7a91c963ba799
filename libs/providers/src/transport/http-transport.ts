import { GatewayError, type Clock } from '@tollgate/contracts';
import { errors, type Dispatcher } from 'undici';
import { ConnectionPools } from './connection-pools.js';
import type { EgressGuard } from './egress-guard.js';
import type {
  Transport,
  UpstreamExchange,
  UpstreamHandler,
  UpstreamHeaders,
  UpstreamRequest,
} from './transport.js';

export interface HttpTransportOptions {
  readonly guard: EgressGuard;
  readonly clock: Clock;
}

const SWEEP_INTERVAL_MS = 250;

/**
 * The only HTTP client to vendors: one connection pool an origin and way to it, no redirect followed, connections only to addresses
 * that the egress guard allows, every exchange bounded in time.
 */
export class HttpTransport implements Transport {
  private readonly pools: ConnectionPools;
  private readonly exchanges = new Set<HttpExchange>();
  private readonly sweeper: NodeJS.Timeout;

  constructor(private readonly options: HttpTransportOptions) {
    this.pools = new ConnectionPools(options.guard);
    this.sweeper = setInterval(() => this.sweep(), SWEEP_INTERVAL_MS).unref();
  }

  dispatch(request: UpstreamRequest, handler: UpstreamHandler): UpstreamExchange {
    const { timeouts } = request;
    const now = this.options.clock.monotonic();
    const exchange = new HttpExchange(handler, now + timeouts.totalTimeoutMs, this.exchanges);
    this.exchanges.add(exchange);
    try {
      this.pools.poolFor(request, now).dispatch(
        {
          path: request.path,
          method: request.method,
          headers: request.headers as string[],
          body: request.body.length === 0 ? null : request.body,
          headersTimeout: timeouts.firstByteTimeoutMs,
          bodyTimeout: timeouts.idleTimeoutMs,
        },
        exchange,
      );
    } catch (error) {
      // A host that is no host or a forbidden address; told like any failed exchange, after the caller has it.
      queueMicrotask(() => exchange.fail(error));
    }
    return exchange;
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    // A pool waits for its exchanges, and nobody would end a long one any more.
    for (const exchange of this.exchanges) exchange.cutOff(shuttingDown());
    await this.pools.close();
  }

  /** One timer for all deadlines: an own timer a request costs more than the precision is worth. */
  private sweep(): void {
    const now = this.options.clock.monotonic();
    for (const exchange of this.exchanges) exchange.endIfOverdue(now);
    this.pools.closeUnused(now);
  }
}

class HttpExchange implements UpstreamExchange, Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private answered = false;
  private over = false;

  constructor(
    private readonly handler: UpstreamHandler,
    private readonly deadline: number,
    private readonly registry: Set<HttpExchange>,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.over) controller.abort(new Error('aborted before it began'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: UpstreamHeaders,
  ): void {
    // Interim answers (1xx) are none.
    if (this.over || status < 200) return;
    this.answered = true;
    this.handler.response(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.over) this.handler.data(chunk);
  }

  onResponseEnd(): void {
    if (this.finish()) this.handler.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  abort(): void {
    if (this.finish()) this.controller?.abort(new Error('aborted by the gateway'));
  }

  pause(): void {
    this.controller?.pause();
  }

  resume(): void {
    this.controller?.resume();
  }

  endIfOverdue(now: number): void {
    if (now >= this.deadline) this.cutOff(timedOut('did not finish within the total time limit'));
  }

  cutOff(error: GatewayError): void {
    if (!this.finish()) return;
    this.controller?.abort(error);
    this.handler.error(error);
  }

  fail(error: unknown): void {
    if (this.finish()) this.handler.error(translate(error, this.answered));
  }

  /** `false`: it was over already. */
  private finish(): boolean {
    if (this.over) return false;
    this.over = true;
    this.registry.delete(this);
    return true;
  }
}

function shuttingDown(): GatewayError {
  return new GatewayError('shutting_down', 'The gateway is shutting down.');
}

function timedOut(what: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_timeout', `The vendor ${what}.`, { retry: 'next-channel', cause });
}

/** undici's error codes: https://undici.nodejs.org/#/docs/api/Errors */
function translate(cause: unknown, answered: boolean): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const code = errorCode(cause);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return timedOut('could not be connected to in time', cause);
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return timedOut('did not begin its answer in time', cause);
  if (code === 'UND_ERR_BODY_TIMEOUT') return timedOut('fell silent in the middle of its answer', cause);
  if (answered) {
    return new GatewayError('upstream_cut', 'The vendor broke off in the middle of its answer.', {
      retry: 'next-channel',
      cause,
    });
  }
  const invalid = cause instanceof errors.HTTPParserError || code === 'UND_ERR_HEADERS_OVERFLOW';
  return invalid
    ? new GatewayError('upstream_invalid_response', "The vendor's answer is no valid HTTP.", {
        retry: 'next-channel',
        cause,
      })
    : new GatewayError('upstream_unreachable', 'The vendor could not be reached.', {
        retry: 'next-channel',
        cause,
      });
}

function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
