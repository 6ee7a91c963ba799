import { type VendorQueryReply } from '@tollgate/contracts';

/** What was known of a vendor before. */
export interface KnownOfVendor {
  /** `null`: its list was never read. */
  readonly models: readonly string[] | null;
  readonly balanceLow: boolean;
}

export interface VendorFindings {
  /** Models that the channel is configured for and the vendor does not list. */
  readonly missing: readonly string[];
  /** Since its list was read before. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly balanceLow: boolean;
  /** It is low now and was not before. */
  readonly becameLow: boolean;
}

export interface VendorCheckInput {
  readonly known: KnownOfVendor | undefined;
  readonly reply: VendorQueryReply;
  /** The vendor's names of the models that the channel serves. */
  readonly upstreamModels: readonly string[];
  readonly balanceMin: number;
}

/** What is new in what a vendor told. */
export function findingsOf({ known, reply, upstreamModels, balanceMin }: VendorCheckInput): VendorFindings {
  const { models, balance } = reply;
  const before = known?.models ?? models ?? [];
  const now = models ?? before;
  const balanceLow = balance === null ? (known?.balanceLow ?? false) : Number(balance.amount) < balanceMin;
  return {
    missing: models === null ? [] : upstreamModels.filter((name) => !models.includes(name)),
    added: now.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !now.includes(name)),
    balanceLow,
    becameLow: balanceLow && known?.balanceLow !== true,
  };
}
