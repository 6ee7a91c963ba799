import { randomUUIDv7 } from 'node:crypto';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type OrganizationId = Branded<'organization'>;
export type ApiKeyId = Branded<'api-key'>;
export type ChannelId = Branded<'channel'>;
export type PriceCardId = Branded<'price-card'>;
/** Minted before the vendor is called; stays through retry, resend and replay, and names the usage record. */
export type RequestId = Branded<'request'>;
/** One per proxy process start: names its journal and holds its leases. */
export type JournalId = Branded<'journal'>;
export type LeaseId = Branded<'lease'>;
export type BudgetId = Branded<'budget'>;

/** A new time-ordered id (UUID version 7, RFC 9562). */
export function newId<Id extends string>(): Id {
  return randomUUIDv7() as Id;
}
