import type { Socket } from 'node:net';

/** A request that a vendor is about to do wrong: the bare connection, and what the right answer would be. */
export interface VendorExchange {
  readonly socket: Socket;
  readonly streamed: boolean;
  readonly contentType: string;
  /** ASCII: its length is its bytes. */
  readonly body: string;
}
