import { Agent } from 'undici';
import type { EgressGuard } from './egress-guard.js';

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 262_144;

export interface GuardedPost {
  readonly url: URL;
  /** Names and values, one after the other. */
  readonly headers: readonly string[];
  readonly body: string;
}

/**
 * Posts the small requests that authenticators make besides a channel's own: only to addresses that the guard allows, no
 * redirect followed, bounded in time and size.
 */
export class GuardedPoster {
  private readonly agent: Agent;

  constructor(private readonly guard: EgressGuard) {
    this.agent = new Agent({
      connect: { timeout: TIMEOUT_MS, lookup: guard.lookup },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      keepAliveTimeout: 1_000,
      maxResponseSize: ANSWER_BYTES_MAX,
    });
  }

  /** @throws when there is no whole answer */
  async post({ url, headers, body }: GuardedPost): Promise<Response> {
    this.guard.checkHost(url.hostname);
    const answer = await this.agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'POST',
      headers: [...headers],
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { 'content-type': type } = answer.headers;
    const text = await answer.body.text();
    // A `Response` takes no body, not even an empty one, with a status that has none.
    return new Response(text === '' ? null : text, {
      status: answer.statusCode,
      headers: typeof type === 'string' ? { 'content-type': type } : {},
    });
  }
}
