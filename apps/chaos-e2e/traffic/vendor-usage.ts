import type { VendorUsage } from '@tollgate/testing/vendor';

/** USD per 1M tokens of the one model that everybody asks for. */
export const PRICE = { input: '2.50', cacheRead: '1.25', output: '10.00' } as const;

/** Nano-USD per token, the same prices. */
const NANO_USD = { input: 2_500n, cacheRead: 1_250n, output: 10_000n } as const;

/** Usage that differs from request to request, so that sums can't agree by accident. */
export function usageOf(nonce: number): VendorUsage {
  return { input: 10 + (nonce % 97), cacheRead: nonce % 7, output: 5 + (nonce % 31) };
}

/** What a request costs that was answered whole, in nano-USD. */
export function chargeOf(nonce: number): bigint {
  const { input, cacheRead = 0, output } = usageOf(nonce);
  return (
    BigInt(input) * NANO_USD.input + BigInt(cacheRead) * NANO_USD.cacheRead + BigInt(output) * NANO_USD.output
  );
}

/** The number that a prompt carries; 0 for a prompt of somebody else, such as a probe of the gateway. */
export function nonceOf(text: string): number {
  return Number(/nonce-(\d+)/.exec(text)?.[1] ?? 0);
}

export function promptOf(nonce: number): string {
  return `Please answer nonce-${nonce}.`;
}
