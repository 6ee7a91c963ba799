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
  UpstreamTimeouts,
} from './transport.js';

export interface HttpTransportOptions {
  readonly guard: EgressGuard;
  readonly clock: Clock;
}

const SWEEP_INTERVAL_MS = 250;
/** undici's own timeouts, which are two timers a request. */
const NEVER = 0;

/**
 * The only HTTP client to vendors: one connection pool an origin and way to it, no redirect followed, connections only to addresses
 * that the egress guard allows, every exchange bounded in time.
 */
export class HttpTransport implements Transport {
  private readonly pools: ConnectionPools;
  /** Those under way; what is over goes with the next sweep. */
  private exchanges: HttpExchange[] = [];
  private waiting: Dispatch[] = [];
  private readonly lastSweep: Sweep;
  private readonly sweeper: NodeJS.Timeout;

  constructor(private readonly options: HttpTransportOptions) {
    this.pools = new ConnectionPools(options.guard);
    this.lastSweep = { at: options.clock.monotonic() };
    this.sweeper = setInterval(() => this.sweep(), SWEEP_INTERVAL_MS).unref();
  }

  /**
   * Sends nothing before its caller has the exchange: requests that become ready together are sent one right after the
   * other, so that the system wakes whoever receives them once.
   */
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): UpstreamExchange {
    const now = this.options.clock.monotonic();
    const exchange = new HttpExchange(handler, { timeouts: request.timeouts, now, sweep: this.lastSweep });
    this.exchanges.push(exchange);
    if (this.waiting.push({ request, exchange, now }) === 1) process.nextTick(this.sendWaiting);
    return exchange;
  }

  private readonly sendWaiting = (): void => {
    const { waiting } = this;
    this.waiting = [];
    for (const dispatch of waiting) if (!dispatch.exchange.over) this.send(dispatch);
  };

  private send({ request, exchange, now }: Dispatch): void {
    try {
      this.pools.poolFor(request, now).dispatch(
        {
          path: request.path,
          method: request.method,
          headers: request.headers as string[],
          body: request.body.length === 0 ? null : request.body,
          headersTimeout: NEVER,
          bodyTimeout: NEVER,
        },
        exchange,
      );
    } catch (error) {
      // A host that is no host or a forbidden address.
      exchange.fail(error);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    // A pool waits for its exchanges, and nobody would end a long one any more.
    for (const exchange of this.exchanges) exchange.cutOff(shuttingDown());
    await this.pools.close();
  }

  /** One timer for all deadlines: own timers of each request cost more than the precision is worth. */
  private sweep(): void {
    const now = this.options.clock.monotonic();
    this.lastSweep.at = now;
    for (const exchange of this.exchanges) exchange.endIfOverdue(now);
    this.exchanges = this.exchanges.filter(({ over }) => !over);
    this.pools.closeUnused(now);
  }
}

interface Dispatch {
  readonly request: UpstreamRequest;
  readonly exchange: HttpExchange;
  /** Monotonic. */
  readonly now: number;
}

/** Of an exchange that is over: it keeps nobody's request in memory. */
const NOBODY: UpstreamHandler = {
  response: () => undefined,
  data: () => undefined,
  end: () => undefined,
  error: () => undefined,
};

/** When all exchanges were last looked at; monotonic. */
interface Sweep {
  at: number;
}

interface ExchangeLimits {
  readonly timeouts: UpstreamTimeouts;
  readonly now: number;
  readonly sweep: Sweep;
}

class HttpExchange implements UpstreamExchange, Dispatcher.DispatchHandler {
  over = false;
  private controller: Dispatcher.DispatchController | undefined;
  private answered = false;
  private paused = false;
  private readonly deadline: number;
  /** The sweep before the vendor was last heard: reading a clock with each piece would cost more than being 250 ms late. */
  private heardAt: number;

  constructor(
    private handler: UpstreamHandler,
    private readonly limits: ExchangeLimits,
  ) {
    this.deadline = limits.now + limits.timeouts.totalTimeoutMs;
    this.heardAt = limits.now;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.over) controller.abort(new Error('aborted before it began'));
    else this.controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: UpstreamHeaders,
  ): void {
    // Interim answers (1xx) are none.
    if (this.over || status < 200) return;
    this.answered = true;
    this.heard();
    this.handler.response(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.over) return;
    this.heard();
    this.handler.data(chunk);
  }

  onResponseEnd(): void {
    this.finish()?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  abort(): void {
    const { controller } = this;
    if (this.finish() !== undefined) controller?.abort(new Error('aborted by the gateway'));
  }

  pause(): void {
    this.paused = true;
    this.controller?.pause();
  }

  resume(): void {
    this.paused = false;
    this.heard();
    this.controller?.resume();
  }

  endIfOverdue(now: number): void {
    if (this.over) return;
    const { firstByteTimeoutMs, idleTimeoutMs } = this.limits.timeouts;
    const silentMs = now - this.heardAt;
    if (now >= this.deadline) this.cutOff(timedOut('did not finish within the total time limit'));
    else if (!this.answered && silentMs >= firstByteTimeoutMs)
      this.cutOff(timedOut('did not begin its answer in time'));
    // Nobody reads on while it is paused.
    else if (this.answered && !this.paused && silentMs >= idleTimeoutMs + SWEEP_INTERVAL_MS)
      this.cutOff(timedOut('fell silent in the middle of its answer'));
  }

  private heard(): void {
    this.heardAt = this.limits.sweep.at;
  }

  cutOff(error: GatewayError): void {
    const { controller } = this;
    const handler = this.finish();
    if (handler === undefined) return;
    controller?.abort(error);
    handler.error(error);
  }

  fail(error: unknown): void {
    this.finish()?.error(translate(error, this.answered));
  }

  /** Whom to tell how it ended; `undefined`: it was over already. */
  private finish(): UpstreamHandler | undefined {
    if (this.over) return undefined;
    const { handler } = this;
    this.over = true;
    this.handler = NOBODY;
    this.controller = undefined;
    return handler;
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
