import { GatewayError, type Clock } from '@tollgate/contracts';
import { openaiResponses } from '@tollgate/dialects';
import {
  classifyFailure,
  failureError,
  retryAfterSeconds,
  type Transport,
  type UpstreamHeaders,
} from '@tollgate/providers';
import type { Logger } from '@tollgate/telemetry';
import type { Configuration } from '../configuration/configuration.js';
import type { RoutableChannel } from '../configuration/routable-channel.js';
import type { ClientRequest } from '../http/client-request.js';
import type { RouteTarget } from '../http/routes.js';
import type { Identities } from '../identity/identities.js';
import { assertMayCall, assertMayUse, pinnedCredential } from './authorization.js';
import type { StoredResponseBook } from './stored-response-book.js';

export interface StoredResponsesDependencies {
  readonly configuration: Configuration;
  readonly identities: Identities;
  readonly book: StoredResponseBook;
  readonly http: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface VendorAnswer {
  readonly status: number;
  readonly headers: UpstreamHeaders;
  readonly body: Buffer;
}

type StoredTarget = Extract<RouteTarget, { kind: 'stored-response' }>;

/** Query members that a vendor is given; others (`key`) are the gateway's. */
const QUERY_PASSED = ['include', 'include[]', 'limit', 'order', 'after', 'before', 'starting_after'];
const ANSWER_BYTES_MAX = 64 * 1_048_576;

/**
 * Answers that a vendor stored: read, deleted, cancelled, and their input listed, at the channel that made them and by
 * the organisation that asked for them. Costs nothing and is no usage.
 */
export class StoredResponses {
  constructor(private readonly dependencies: StoredResponsesDependencies) {}

  /** Answers the client, whatever happens. Never rejects. */
  async handle(client: ClientRequest, target: StoredTarget): Promise<void> {
    const { logger } = this.dependencies;
    try {
      await this.pass(client, target);
    } catch (error) {
      const known = error instanceof GatewayError;
      if (!known) logger.error({ error, requestId: client.id }, 'a stored answer could not be handled');
      client.refuse(known ? error : new GatewayError('internal_error', 'The gateway failed.'));
    }
  }

  private async pass(client: ClientRequest, { id, suffix }: StoredTarget): Promise<void> {
    const { book, clock, configuration, identities } = this.dependencies;
    const identity = await identities.identify(client, clock.now());
    const stored = await book.find(id, identity);
    assertMayCall(identity, stored.model);
    const snapshot = configuration.current();
    const channel = snapshot.channel(stored.channelId);
    const path = channel?.storedResponsesPath;
    if (channel === undefined || path === undefined) {
      throw new GatewayError('response_not_found', `The channel that holds "${id}" is gone.`);
    }
    assertMayUse(identity, channel, `holds "${id}"`);
    const answer = await this.ask(channel, pinnedCredential(channel, stored), {
      method: client.method,
      path: channel.pathBelowBase(`${path}/${encodeURIComponent(id)}${passedOn(suffix)}`),
    });
    assertOurs(answer, channel, clock.now());
    if (client.method === 'DELETE' && answer.status < 300) await book.forget(id);
    const type = answer.headers['content-type'];
    client.begin(answer.status, typeof type === 'string' ? type : 'application/json', [
      'content-length',
      String(answer.body.length),
    ]);
    client.end(answer.body);
  }

  private async ask(
    channel: RoutableChannel,
    credential: number,
    { method, path }: { method: string; path: string },
  ): Promise<VendorAnswer> {
    const unsigned = { method, origin: channel.origin, path, headers: [], body: Buffer.alloc(0) };
    const proof = await channel.credential(credential).headers(unsigned);
    const headers = channel.headers?.applied(proof, credential) ?? proof;
    const timeouts = channel.timeouts(this.dependencies.configuration.current().settings.upstream);
    return new Promise((resolve, reject) => {
      let answer: Omit<VendorAnswer, 'body'> | undefined;
      const chunks: Buffer[] = [];
      let size = 0;
      const exchange = channel.transport(this.dependencies.http).dispatch(
        { ...unsigned, headers, timeouts, connection: channel.connection },
        {
          response: (status, received) => (answer = { status, headers: received }),
          data: (chunk) => {
            size += chunk.length;
            chunks.push(chunk);
            if (size <= ANSWER_BYTES_MAX) return;
            exchange.abort();
            reject(new GatewayError('upstream_invalid_response', "The vendor's answer is too large."));
          },
          end: () => {
            if (answer !== undefined) resolve({ ...answer, body: Buffer.concat(chunks) });
          },
          error: reject,
        },
      );
    });
  }
}

/** The vendor's words about our credential are not the client's to read. */
function assertOurs(
  { status, headers, body }: VendorAnswer,
  { provider }: RoutableChannel,
  now: number,
): void {
  if (status < 400) return;
  const vendor = openaiResponses.outbound.decodeError(status, body);
  const failure = classifyFailure(status, vendor, provider.failures);
  if (failure.code !== 'upstream_unauthorized') return;
  throw failureError(failure, { ...vendor, status, retryAfter: retryAfterSeconds(headers, now) });
}

function passedOn(suffix: string): string {
  const at = suffix.indexOf('?');
  if (at === -1) return suffix;
  const given = new URLSearchParams(suffix.slice(at));
  const passed = new URLSearchParams([...given].filter(([name]) => QUERY_PASSED.includes(name)));
  return suffix.slice(0, at) + (passed.size === 0 ? '' : `?${passed.toString()}`);
}
