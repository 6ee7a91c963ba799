import { FakeVendor, type VendorScript } from '@tollgate/testing';

/** Two vendors, for requests that have somewhere else to go. */
export class VendorPair {
  private constructor(
    readonly first: FakeVendor,
    readonly second: FakeVendor,
  ) {}

  static async start(): Promise<VendorPair> {
    const silent = { kind: 'silent' } as const;
    return new VendorPair(await FakeVendor.start(silent), await FakeVendor.start(silent));
  }

  /** As if nobody had asked them; both answer so from now on. */
  renew(script?: VendorScript): void {
    for (const vendor of [this.first, this.second]) vendor.renew(script);
  }

  async stop(): Promise<void> {
    await Promise.all([this.first.stop(), this.second.stop()]);
  }
}
