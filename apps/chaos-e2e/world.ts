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

/** All that one seed is played with. */
export interface World {
  readonly gateway: DistributedGateway;
  /** Two vendors, each behind channels of its own: what one does wrong, the other makes good. */
  readonly vendors: readonly [ChaosVendor, ChaosVendor];
  readonly traffic: Traffic;
  readonly accounts: readonly Account[];
  readonly deaths: Death[];
  /** Small disks, each under the data directory of a proxy. */
  readonly mounts: string[];
}
