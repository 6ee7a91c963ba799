import { GatewayError, type Clock } from '@tollgate/contracts';
import type { Transport, UpstreamHandler, UpstreamHeaders, UpstreamRequest } from '@tollgate/providers';

/** A vendor's answer, whole. */
export interface GatheredAnswer {
  readonly status: number;
  readonly headers: UpstreamHeaders;
  /** As they came. */
  readonly pieces: readonly Buffer[];
  /** From the dispatch; `null`: it had no body. */
  readonly firstByteMs: number | null;
}

export interface GatherOptions {
  readonly clock: Clock;
  /** Cuts a stream into events, where the vendor frames it otherwise. */
  readonly reframe?: (handler: UpstreamHandler) => UpstreamHandler;
}

const ANSWER_BYTES_MAX = 4 * 1_048_576;

/**
 * Asks a vendor and waits for its whole answer, for the gateway's own small requests.
 *
 * @throws GatewayError as the transport tells it; `upstream_invalid_response` for an answer of more than 4 MiB
 */
export function gatherAnswer(
  transport: Transport,
  request: UpstreamRequest,
  { clock, reframe = (handler) => handler }: GatherOptions,
): Promise<GatheredAnswer> {
  const startedAt = clock.monotonic();
  return new Promise((resolve, reject) => {
    let head: Pick<GatheredAnswer, 'status' | 'headers'> | undefined;
    let firstByteMs: number | null = null;
    let size = 0;
    const pieces: Buffer[] = [];
    const exchange = transport.dispatch(
      request,
      reframe({
        response: (status, headers) => (head = { status, headers }),
        data: (piece) => {
          firstByteMs ??= clock.monotonic() - startedAt;
          pieces.push(piece);
          size += piece.length;
          if (size <= ANSWER_BYTES_MAX) return;
          exchange.abort();
          reject(new GatewayError('upstream_invalid_response', "The vendor's answer is too large."));
        },
        end: () => {
          if (head !== undefined) resolve({ ...head, pieces, firstByteMs });
        },
        error: reject,
      }),
    );
  });
}
