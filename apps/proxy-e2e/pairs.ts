import { DIALECTS, type SdkDialect } from './sdk-gateway.js';

export interface Pair {
  readonly client: SdkDialect;
  readonly vendor: SdkDialect;
}

/** Every dialect of a client with every dialect of a vendor. */
export const PAIRS: readonly Pair[] = DIALECTS.flatMap((client) =>
  DIALECTS.map((vendor) => ({ client, vendor })),
);

/** Both ways in which an answer comes. */
export const DELIVERIES = [
  { delivery: 'at once', stream: false },
  { delivery: 'in a stream', stream: true },
] as const;
