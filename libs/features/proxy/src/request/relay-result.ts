import type { FallbackCondition, GatewayError } from '@tollgate/contracts';
import type { ReportedUsage } from '@tollgate/dialects';

/** How one attempt at one channel ended. */
export type RelayResult =
  /** The answer went to the client, whole. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly usage: ReportedUsage | undefined;
      /** What the model wrote, to be counted where the vendor counts nothing; `undefined`: not known. */
      readonly text: string | undefined;
      /** A guess of the output tokens, for where the text is not known either. */
      readonly producedTokens: number;
      /** The vendor's id of the answer, where answers are stored. */
      readonly responseId: string | null;
      /** What the answer could not say in the client's dialect. */
      readonly warnings: readonly string[];
    }
  /** The vendor refused the request itself; its own words went to the client. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: GatewayError }
  /** Nothing has reached the client: another channel may be tried. */
  | {
      readonly kind: 'failed';
      readonly error: GatewayError;
      readonly blamesChannel: boolean;
      /** The vendor refused the request itself, and another model takes over on that. */
      readonly refusal?: FallbackCondition;
    }
  /** Something has reached the client, then the vendor failed. */
  | ({
      readonly kind: 'broken';
      readonly error: GatewayError;
      readonly blamesChannel: boolean;
    } & ProducedSoFar)
  /** The client went away, or stopped reading; `whole`: and the vendor finished its answer all the same. */
  | ({ readonly kind: 'abandoned'; readonly whole: boolean } & ProducedSoFar);

/** What an attempt that failed came to; `null`: it did not. */
export function errorOf(result: RelayResult): GatewayError | null {
  return result.kind === 'failed' || result.kind === 'broken' || result.kind === 'refused'
    ? result.error
    : null;
}

/** In one word: `ok`, an error code, `client_closed`. */
export function endOf(result: RelayResult): string {
  return errorOf(result)?.code ?? (result.kind === 'abandoned' ? 'client_closed' : 'ok');
}

/** What is known of an answer that did not reach its end. */
export interface ProducedSoFar {
  readonly usage: ReportedUsage | undefined;
  readonly text: string | undefined;
  /** 0 when nothing had been produced. */
  readonly producedTokens: number;
}

/**
 * The result for a client that had left before: whatever the vendor did at last, nobody was there to see it.
 *
 * @param produced until then
 */
export function unseen(result: RelayResult, produced: ProducedSoFar): RelayResult {
  if (result.kind === 'abandoned') return result;
  if (result.kind !== 'answered') return { kind: 'abandoned', whole: false, ...produced };
  const { usage, text, producedTokens } = result;
  return { kind: 'abandoned', whole: true, usage, text, producedTokens };
}
