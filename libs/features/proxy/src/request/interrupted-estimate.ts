import type { NanoUsd, UsageQuantities } from '@tollgate/contracts';
import type { JournalStart } from '@tollgate/metering';
import { rateTotal } from '@tollgate/pricing';
import type { ModelPrice } from '../configuration/snapshot.js';
import { OUTPUT_TOKENS_SHORT } from './hold-estimate.js';
import type { RequestSize, UsualUsage } from './usual-usage.js';

export interface InterruptedInput extends RequestSize {
  readonly usual: UsualUsage;
  /** `null`: unpriced, served for nothing. */
  readonly price: ModelPrice | null;
  readonly hold: { readonly amount: NanoUsd } | null;
}

/** What a request is charged if its process is killed before its end: what is usual, and never more than was set aside. */
export function interruptedEstimate(input: InterruptedInput): JournalStart['estimate'] {
  const { usual, price, hold } = input;
  let usage = usual.expect(input);
  let charge = chargeOf(usage, price);
  if (hold !== null && charge > hold.amount) {
    usage = { ...usage, output: Math.min(usage.output + usage.reasoning, OUTPUT_TOKENS_SHORT), reasoning: 0 };
    charge = chargeOf(usage, price);
  }
  return { usage, charge: charge.toString(), vendorCost: '0' };
}

function chargeOf(usage: UsageQuantities, price: ModelPrice | null): NanoUsd {
  return price === null ? 0n : rateTotal(usage, price.sheet);
}
