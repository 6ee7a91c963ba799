import { chatVendor, type FakeVendor } from '@tollgate/testing';
import { ProxyWorld } from './proxy-world.js';
import { VendorPair } from './vendor-pair.js';

export const USAGE = { prompt_tokens: 20, completion_tokens: 10 };
/** 20 × 2.50 + 10 × 10.00 USD per 1M tokens. */
export const CHARGE = '150000';
/** What the organisation has to spend before a test, in nano-USD. */
export const OPENING = 1_000_000_000_000n;

/** A request for a chat with the model that the channel has. */
export function chat(more: object = {}): object {
  return { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], ...more };
}

/** Two vendors that answer alike, and for each test a new proxy. */
export class ChatGround {
  private constructor(private readonly vendors: VendorPair) {}

  static async start(): Promise<ChatGround> {
    return new ChatGround(await VendorPair.start());
  }

  /** Of the proxy's only channel. */
  get vendor(): FakeVendor {
    return this.vendors.first;
  }

  /** Of no channel yet. */
  get second(): FakeVendor {
    return this.vendors.second;
  }

  /** A proxy with one channel and one price; the vendors as if nobody had asked them. */
  async renew(): Promise<ProxyWorld> {
    this.vendors.renew(chatVendor(['Hello', ' there'], USAGE));
    return ProxyWorld.start(async (made) => {
      await made.putChannel('c1', this.vendor, { priority: 10 });
      await made.putPrice('gpt-4o', { input: '2.50', cacheRead: '1.25', output: '10.00' });
    });
  }

  stop(): Promise<void> {
    return this.vendors.stop();
  }
}
