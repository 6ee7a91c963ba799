import { GatewayError, type Clock } from '@tollgate/contracts';
import { errors } from 'undici';
import { ConnectionPools } from './connection-pools.js';
import type { EgressGuard } from './egress-guard.js';
import type { PoolUser } from './http1/connection-pool.js';
import type { Http1Connection } from './http1/http1-connection.js';
import { InvalidResponse } from './http1/invalid-response.js';
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
    this.pools = new ConnectionPools(options.guard, options.clock);
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
      this.pools.poolFor(request, now).ask(request, exchange);
    } catch (error) {
      // A host that is no host or a forbidden address, or a header that is none.
      exchange.fail(error);
    }
  }

  close(): void {
    clearInterval(this.sweeper);
    for (const exchange of this.exchanges) exchange.cutOff(shuttingDown());
    this.pools.close();
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

class HttpExchange implements UpstreamExchange, PoolUser {
  over = false;
  private connection: Http1Connection | undefined;
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

  began(connection: Http1Connection): void {
    this.connection = connection;
  }

  response(status: number, headers: UpstreamHeaders): void {
    if (this.over) return;
    this.answered = true;
    this.heard();
    this.handler.response(status, headers);
  }

  data(bytes: Buffer): void {
    if (this.over) return;
    this.heard();
    this.handler.data(bytes);
  }

  end(): void {
    this.finish()?.end();
  }

  fail(error: unknown): void {
    this.finish()?.error(translate(error, this.answered));
  }

  abort(): void {
    const { connection } = this;
    if (this.finish() !== undefined) connection?.destroy();
  }

  pause(): void {
    this.paused = true;
    this.connection?.pause();
  }

  resume(): void {
    this.paused = false;
    this.heard();
    this.connection?.resume();
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
    const { connection } = this;
    const handler = this.finish();
    if (handler === undefined) return;
    connection?.destroy();
    handler.error(error);
  }

  /** Whom to tell how it ended; `undefined`: it was over already. */
  private finish(): UpstreamHandler | undefined {
    if (this.over) return undefined;
    const { handler } = this;
    this.over = true;
    this.handler = NOBODY;
    this.connection = undefined;
    return handler;
  }
}

function shuttingDown(): GatewayError {
  return new GatewayError('shutting_down', 'The gateway is shutting down.');
}

function timedOut(what: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_timeout', `The vendor ${what}.`, { retry: 'next-channel', cause });
}

function translate(cause: unknown, answered: boolean): GatewayError {
  if (cause instanceof GatewayError) return cause;
  if (cause instanceof errors.ConnectTimeoutError)
    return timedOut('could not be connected to in time', cause);
  if (answered) {
    return new GatewayError('upstream_cut', 'The vendor broke off in the middle of its answer.', {
      retry: 'next-channel',
      cause,
    });
  }
  return cause instanceof InvalidResponse
    ? new GatewayError('upstream_invalid_response', "The vendor's answer is no valid HTTP.", {
        retry: 'next-channel',
        cause,
      })
    : new GatewayError('upstream_unreachable', 'The vendor could not be reached.', {
        retry: 'next-channel',
        cause,
      });
}
