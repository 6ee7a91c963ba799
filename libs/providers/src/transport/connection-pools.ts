import type { Clock } from '@tollgate/contracts';
import { upstreamConnector } from './connector.js';
import type { EgressGuard } from './egress-guard.js';
import { ConnectionPool } from './http1/connection-pool.js';
import type { UpstreamRequest } from './transport.js';

/** Longer than connections are kept. */
const UNUSED_MS = 120_000;
/** Far more than there are vendors; each has connections of its own. */
const POOLS_MAX = 2_000;

interface Entry {
  readonly pool: ConnectionPool;
  readonly connectTimeoutMs: number;
  /** Monotonic. */
  usedAt: number;
}

/** One pool of connections for each vendor's origin and way to it; those that nobody uses are closed. */
export class ConnectionPools {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly guard: EgressGuard,
    private readonly clock: Clock,
  ) {}

  /**
   * @param now monotonic
   * @throws GatewayError `upstream_unreachable` for a host, or a proxy, written as a forbidden address
   */
  poolFor(request: UpstreamRequest, now: number): ConnectionPool {
    const { origin, connection, timeouts } = request;
    const key = connection === undefined ? origin : `${origin} ${connection.key}`;
    const known = this.entries.get(key);
    if (known?.connectTimeoutMs === timeouts.connectTimeoutMs) {
      known.usedAt = now;
      return known.pool;
    }
    const pool = this.make(request);
    // Exchanges on the old pool end as they would have.
    if (known === undefined) this.makeRoom();
    else known.pool.close();
    this.entries.set(key, { pool, connectTimeoutMs: timeouts.connectTimeoutMs, usedAt: now });
    return pool;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Closes what has not been used for a while; exchanges under way end as they would have. */
  closeUnused(now: number): void {
    for (const [key, { usedAt, pool }] of this.entries) {
      pool.closeUnused(now);
      if (now - usedAt < UNUSED_MS) continue;
      this.entries.delete(key);
      pool.close();
    }
  }

  close(): void {
    for (const { pool } of this.entries.values()) pool.close();
    this.entries.clear();
  }

  private make({ origin, connection, timeouts }: UpstreamRequest): ConnectionPool {
    const { guard } = this;
    guard.checkHost(new URL(origin).hostname);
    const timeoutMs = timeouts.connectTimeoutMs;
    const connector = upstreamConnector(connection, { guard, timeoutMs });
    return new ConnectionPool(origin, connector, () => this.clock.monotonic());
  }

  private makeRoom(): void {
    if (this.entries.size < POOLS_MAX) return;
    let oldest: [string, Entry] | undefined;
    for (const entry of this.entries) {
      if (oldest === undefined || entry[1].usedAt < oldest[1].usedAt) oldest = entry;
    }
    if (oldest === undefined) return;
    this.entries.delete(oldest[0]);
    oldest[1].pool.close();
  }
}
