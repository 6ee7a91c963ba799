import { ZERO_USAGE, type UsageQuantities } from '@tollgate/contracts';

export interface EstimateInput {
  /** Bytes of the request's body. */
  readonly inputBytes: number;
  /** Bytes of the text that was answered. */
  readonly outputBytes: number;
}

/** Average over prose, code and JSON with the vocabularies of current models. */
const BYTES_PER_TOKEN = 4;

/** A cheap guess of a text's tokens. */
export function tokensOfText(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** A cheap guess of a request's tokens, for a vendor that reports none and for streams that broke off. */
export function estimateUsage({ inputBytes, outputBytes }: EstimateInput): UsageQuantities {
  return {
    ...ZERO_USAGE,
    input: Math.ceil(inputBytes / BYTES_PER_TOKEN),
    output: Math.ceil(outputBytes / BYTES_PER_TOKEN),
  };
}
