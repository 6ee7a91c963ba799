import { Pool } from 'undici';
import { upstreamConnector } from './connector.js';
import type { EgressGuard } from './egress-guard.js';
import type { UpstreamRequest } from './transport.js';

const KEEP_ALIVE_MS = 15_000;
const HEADER_BYTES_MAX = 65_536;
/** Longer than connections are kept: nobody waits for what is closed then. */
const UNUSED_MS = 120_000;
/** Far more than there are vendors; each has connections of its own. */
const POOLS_MAX = 2_000;

interface Entry {
  readonly pool: Pool;
  readonly connectTimeoutMs: number;
  /** Monotonic. */
  usedAt: number;
}

/** One pool of connections for each vendor's origin and way to it; those that nobody uses are closed. */
export class ConnectionPools {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly guard: EgressGuard) {}

  /**
   * @param now monotonic
   * @throws GatewayError `upstream_unreachable` for a host, or a proxy, written as a forbidden address
   */
  poolFor(request: UpstreamRequest, now: number): Pool {
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
    else void known.pool.close();
    this.entries.set(key, { pool, connectTimeoutMs: timeouts.connectTimeoutMs, usedAt: now });
    return pool;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Closes what has not been used for a while; exchanges under way end as they would have. */
  closeUnused(now: number): void {
    for (const [key, { usedAt, pool }] of this.entries) {
      if (now - usedAt < UNUSED_MS) continue;
      this.entries.delete(key);
      void pool.close();
    }
  }

  async close(): Promise<void> {
    const pools = [...this.entries.values()];
    this.entries.clear();
    await Promise.all(pools.map(({ pool }) => pool.close()));
  }

  private make({ origin, connection, timeouts }: UpstreamRequest): Pool {
    const { guard } = this;
    guard.checkHost(new URL(origin).hostname);
    const timeoutMs = timeouts.connectTimeoutMs;
    return new Pool(origin, {
      connect:
        connection === undefined
          ? { timeout: timeoutMs, lookup: guard.lookup }
          : upstreamConnector(connection, { guard, timeoutMs }),
      connections: null,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
    });
  }

  private makeRoom(): void {
    if (this.entries.size < POOLS_MAX) return;
    let oldest: [string, Entry] | undefined;
    for (const entry of this.entries) {
      if (oldest === undefined || entry[1].usedAt < oldest[1].usedAt) oldest = entry;
    }
    if (oldest === undefined) return;
    this.entries.delete(oldest[0]);
    void oldest[1].pool.close();
  }
}
