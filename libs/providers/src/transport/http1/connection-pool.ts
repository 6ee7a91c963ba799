import type { buildConnector } from 'undici';
import type { UpstreamRequest } from '../transport.js';
import { Http1Connection, type ConnectionOwner, type ConnectionUser } from './http1-connection.js';
import { RequestBytes } from './request-bytes.js';

/** An exchange that wants a connection. */
export interface PoolUser extends ConnectionUser {
  readonly over: boolean;
  /** It is asked on this connection from now on. */
  began(connection: Http1Connection): void;
}

interface Asking {
  readonly pieces: readonly Buffer[];
  readonly user: PoolUser;
}

interface Idle {
  readonly connection: Http1Connection;
  /** Monotonic: after that the vendor may close it any moment. */
  readonly until: number;
}

const KEEP_ALIVE_MS = 15_000;
/** Before a vendor closes a connection as it said it would, it is not used any more. */
const MARGIN_MS = 2_000;
/** A connection that the vendor closed as it was used again is known to be closed by then; later, the vendor was at work. */
const REUSE_RACE_MS = 2_000;

/**
 * The connections of one way to one vendor: as many as are needed at once, each for one exchange at a time. The one that
 * was used last is used first, so that those above the need grow old and are closed.
 */
export class ConnectionPool implements ConnectionOwner {
  private readonly idle: Idle[] = [];
  private readonly waiting: Asking[] = [];
  /** Connections that are being made: never fewer than there are who wait. */
  private connecting = 0;
  private closed = false;
  private readonly bytes: RequestBytes;
  private readonly target: buildConnector.Options;

  /** @param now a monotonic clock in milliseconds */
  constructor(
    origin: string,
    private readonly connect: buildConnector.connector,
    private readonly now: () => number,
  ) {
    const { host, hostname, port, protocol } = new URL(origin);
    const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    this.target = { host, hostname: bare, port, protocol };
    this.bytes = new RequestBytes(host);
  }

  /** @throws Error for a request that can't be written */
  ask(request: UpstreamRequest, user: PoolUser): void {
    const asking = { pieces: this.bytes.of(request), user };
    const connection = this.takeIdle();
    if (connection !== undefined) {
      this.beginAgain(connection, asking);
      return;
    }
    this.waiting.push(asking);
    this.connecting += 1;
    this.connect(this.target, (error, socket) => {
      this.connecting -= 1;
      if (error !== null) this.refuse(error);
      else this.made(new Http1Connection(socket, this));
    });
  }

  free(connection: Http1Connection): void {
    const next = this.nextWaiting();
    if (next === undefined) this.keep(connection);
    else this.beginAgain(connection, next);
  }

  gone(connection: Http1Connection): void {
    const at = this.idle.findIndex((idle) => idle.connection === connection);
    if (at !== -1) this.idle.splice(at, 1);
  }

  /** Closes connections that nobody has used for as long as they are kept. */
  closeUnused(now: number): void {
    for (const { connection, until } of [...this.idle]) if (until <= now) connection.destroy();
  }

  /** Closes what is idle now, and the others after their exchanges. */
  close(): void {
    this.closed = true;
    for (const { connection } of [...this.idle]) connection.destroy();
  }

  private made(connection: Http1Connection): void {
    const next = this.nextWaiting();
    if (next === undefined) this.keep(connection);
    else begin(connection, next);
  }

  private keep(connection: Http1Connection): void {
    const { keepAliveMs } = connection;
    const keptMs =
      keepAliveMs === undefined ? KEEP_ALIVE_MS : Math.min(keepAliveMs - MARGIN_MS, KEEP_ALIVE_MS);
    if (this.closed || keptMs <= 0) connection.destroy();
    else this.idle.push({ connection, until: this.now() + keptMs });
  }

  /**
   * On a connection that was kept: a vendor may have closed it at that very moment, and then never saw the request. It is
   * sent once more, on a connection of its own, for the other ones that were kept may be as dead.
   */
  private beginAgain(connection: Http1Connection, asking: Asking): void {
    const { pieces, user } = asking;
    const at = this.now();
    user.began(connection);
    connection.ask(pieces, user, (error) => {
      if (this.now() - at > REUSE_RACE_MS) user.fail(error);
      else this.beginAnew(asking);
    });
  }

  /** Its time-outs go on, and it may be aborted, while the connection is made. */
  private beginAnew(asking: Asking): void {
    this.connect(this.target, (error, socket) => {
      if (error !== null) {
        asking.user.fail(error);
        return;
      }
      const connection = new Http1Connection(socket, this);
      if (asking.user.over) this.made(connection);
      else begin(connection, asking);
    });
  }

  private takeIdle(): Http1Connection | undefined {
    for (;;) {
      const last = this.idle.pop();
      if (last === undefined || last.until > this.now()) return last?.connection;
      last.connection.destroy();
    }
  }

  /** Those that gave up meanwhile are passed over. */
  private nextWaiting(): Asking | undefined {
    for (;;) {
      const next = this.waiting.shift();
      if (next === undefined || !next.user.over) return next;
    }
  }

  /**
   * A connection did not come about. Whoever it was meant for may have been served by another one already: nobody fails
   * while there are enough to come, and nobody waits for one that nobody makes.
   */
  private refuse(error: unknown): void {
    if (this.waiting.length > this.connecting) this.waiting.shift()?.user.fail(error);
  }
}

/** On a connection that was just made. */
function begin(connection: Http1Connection, { pieces, user }: Asking): void {
  user.began(connection);
  connection.ask(pieces, user);
}
