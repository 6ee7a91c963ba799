import type { WrittenDialect } from '@tollgate/testing/vendor';
import type { ProxyName } from '../services.js';

/**
 * How a request ended for its client: whole; with a refusal or an error of the gateway; cut off after it began; given
 * up by the client itself; never taken (nobody listened); or lost before an answer began, so that its id is not known.
 */
export type Ending = 'complete' | 'refused' | 'cut' | 'aborted' | 'unreachable' | 'lost';

/** What the client knows of a request: one half of the comparison with the books. */
export interface SentRequest {
  /** Number in the prompt; vendors read it there, and make the usage from it. */
  readonly nonce: number;
  readonly organization: string;
  /** Name of the API key. */
  readonly key: string;
  readonly proxy: ProxyName;
  readonly dialect: WrittenDialect;
  readonly streamed: boolean;
  /** Milliseconds of this process's monotonic clock. */
  readonly sentAt: number;
  readonly endedAt: number;
  readonly ending: Ending;
  /** The gateway's `x-request-id`; `undefined` when no answer began. */
  readonly id: string | undefined;
  readonly status: number | undefined;
  /** The beginning of a refusal's body, for a person. */
  readonly said: string | undefined;
}
