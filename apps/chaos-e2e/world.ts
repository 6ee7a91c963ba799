import type { DistributedGateway } from '../distributed-e2e/distributed-gateway.js';
import type { ProxyName } from './services.js';
import type { Traffic } from './traffic/traffic.js';
import type { ChaosVendor } from './vendor/chaos-vendor.js';

/** An organisation of the run and what it had at the beginning. */
export interface Account {
  readonly name: string;
  readonly organizationId: string;
  /** Nano-USD. */
  readonly opening: bigint;
}

/** A proxy that did not end by itself, and when: milliseconds of this process's monotonic clock. */
export interface Death {
  readonly proxy: ProxyName;
  readonly at: number;
}

/** When a server could not be asked, or lost what it had (then both are one moment); the same clock. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

/** All that one seed is played with. */
export interface World {
  readonly gateway: DistributedGateway;
  /** Two vendors, each behind channels of its own: what one does wrong, the other makes good. */
  readonly vendors: readonly [ChaosVendor, ChaosVendor];
  readonly traffic: Traffic;
  readonly accounts: readonly Account[];
  /** From when on every key and model was known everywhere; the same clock. */
  readonly readyAt: number;
  readonly deaths: Death[];
  readonly redisOutages: Outage[];
  /** Small disks, each under the data directory of a proxy. */
  readonly mounts: string[];
}
