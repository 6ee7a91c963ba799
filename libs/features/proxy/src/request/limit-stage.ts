import { LimitReservation, type LimitDecision, type LimitSet, type RateLimiter } from '@tollgate/admission';
import type { Clock } from '@tollgate/contracts';
import type { ClientRequest } from '../http/client-request.js';
import { RequestLimits } from '../identity/request-limits.js';
import type { Authorized } from './authorization.js';
import type { ModelRequest } from './model-request.js';
import { rateHeaders } from './rate-headers.js';

/** Bytes of text that make a token, on average. */
const BYTES_PER_TOKEN = 4;
/** What an answer whose length nobody limits is taken to have until it ends. */
const OUTPUT_TOKENS_ASSUMED = 1_024;

/** Takes a request's share of the rate and concurrency limits that apply to it, and tells the client how it stands. */
export class LimitStage {
  private readonly limits = new RequestLimits();

  constructor(
    private readonly limiter: RateLimiter,
    private readonly clock: Clock,
  ) {}

  /**
   * `null`: nothing limits the request.
   *
   * @throws GatewayError `rate_limited`, `admission_unavailable`; nothing was taken then
   */
  reserve(
    client: ClientRequest,
    request: ModelRequest,
    { identity, model, snapshot }: Authorized,
  ): LimitReservation | null | Promise<LimitReservation> {
    const limits = this.limits.of(identity, model, snapshot.limitsOf(identity.organization.group));
    if (limits === null) return null;
    const tokens = estimateTokens(request, snapshot.modelOf(model)?.outputTokensMax ?? null);
    const deciding = this.limiter.reserve({ limits, tokens, id: client.id });
    return deciding instanceof Promise
      ? deciding.then((decision) => this.told(client, limits, decision))
      : this.told(client, limits, deciding);
  }

  private told(client: ClientRequest, limits: LimitSet, decision: LimitDecision): LimitReservation {
    client.announced = rateHeaders(client.dialect.id, limits, decision.levels, this.clock.now());
    if (decision instanceof LimitReservation) return decision;
    throw decision.error;
  }
}

/** Close rather than safe, unlike the hold: the real count takes its place at the end. */
function estimateTokens({ envelope, path }: ModelRequest, modelOutputTokensMax: number | null): number {
  if (path.operation === 'count-tokens') return 0;
  const input = Math.ceil(envelope.inputTokensMax / BYTES_PER_TOKEN);
  if (path.operation === 'embeddings') return input;
  const assumed = Math.min(modelOutputTokensMax ?? OUTPUT_TOKENS_ASSUMED, OUTPUT_TOKENS_ASSUMED);
  return input + (envelope.outputTokensMax ?? assumed * envelope.choices);
}
