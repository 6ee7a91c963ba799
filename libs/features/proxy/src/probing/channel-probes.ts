import {
  GatewayError,
  newId,
  type ChannelId,
  type ChannelProbeReply,
  type ChannelProbeRequest,
  type Clock,
  type RequestId,
} from '@tollgate/contracts';
import { openaiChat } from '@tollgate/dialects';
import {
  classifyFailure,
  failureError,
  judgeFault,
  reframed,
  VendorRefusal,
  type Transport,
} from '@tollgate/providers';
import type { Configuration } from '../configuration/configuration.js';
import type { RoutableChannel } from '../configuration/routable-channel.js';
import { ModelRequest } from '../request/model-request.js';
import type { Passage } from '../request/passage.js';
import type { AttemptPreparation, PreparedAttempt } from '../request/prepare-attempt.js';
import { gatherAnswer, type GatheredAnswer } from './gathered-answer.js';
import { probeTarget, type ProbeTarget } from './probe-target.js';

export interface ChannelProbesDependencies {
  readonly configuration: Configuration;
  readonly preparation: AttemptPreparation;
  readonly http: Transport;
  readonly clock: Clock;
}

/** Longer would only cost more: whether a channel works shows in its first seconds. */
const TOTAL_TIMEOUT_MS = 30_000;
const OUTPUT_TOKENS_MAX = 16;

/**
 * Tries channels with tiny requests of the gateway's own, the way that requests of clients go: same routes, dialects,
 * credentials and transport. They touch no tenant: nothing is admitted, journalled or counted.
 */
export class ChannelProbes {
  private turn = 0;

  constructor(private readonly dependencies: ChannelProbesDependencies) {}

  /** @throws GatewayError `not_found`, `unsupported_operation` when there is nothing to try; a failed probe is a reply */
  async probe(request: ChannelProbeRequest): Promise<ChannelProbeReply> {
    const { configuration, clock } = this.dependencies;
    const channel = configuration.current().channel(request.channelId);
    if (channel === undefined) throw noChannel(request.channelId);
    const target = probeTarget(channel, openaiChat, request);
    const streamed = request.streamed && target.operation === 'chat';
    const credential = request.credential ?? this.turn++ % channel.credentialCount;
    const startedAt = clock.monotonic();
    const facts = { ...target, credential, streamed };
    const ended = (error: GatewayError | null, blamesChannel: boolean, firstByteMs: number | null) => ({
      ...facts,
      failure: error === null ? null : failureOf(error),
      blamesChannel,
      message: error?.message ?? null,
      firstByteMs,
      durationMs: clock.monotonic() - startedAt,
    });
    let answer: GatheredAnswer;
    let prepared: PreparedAttempt;
    try {
      prepared = await this.prepare(channel, target, { credential, streamed });
      answer = await this.ask(channel, prepared);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return ended(error, error.code.startsWith('upstream_'), null);
    }
    const verdict = readAnswer(channel, prepared.passage, { answer, streamed });
    return ended(verdict.error, verdict.blamesChannel, answer.firstByteMs);
  }

  private prepare(
    channel: RoutableChannel,
    { operation, model }: ProbeTarget,
    { credential, streamed }: { readonly credential: number; readonly streamed: boolean },
  ): PreparedAttempt | Promise<PreparedAttempt> {
    const snapshot = this.dependencies.configuration.current();
    const upstreamModel = channel.models.get(model)?.upstream ?? model;
    return this.dependencies.preparation.prepare(channel, {
      client: { id: newId<RequestId>(), dialect: openaiChat, header: () => undefined },
      request: new ModelRequest(bodyOf({ operation, model }, streamed), { operation }, openaiChat),
      ...{ jsonArray: false, upstreamModel, reasoning: undefined, outputTokensMax: undefined },
      modelOutputTokensMax: snapshot.modelOf(model)?.outputTokensMax ?? null,
      ...{ credential, retries: 0 },
      timeouts: { ...channel.timeouts(snapshot.settings.upstream), totalTimeoutMs: TOTAL_TIMEOUT_MS },
    });
  }

  private ask(channel: RoutableChannel, { request, route }: PreparedAttempt): Promise<GatheredAnswer> {
    const { http, clock } = this.dependencies;
    return gatherAnswer(channel.transport(http), request, {
      clock,
      reframe: (handler) => reframed(handler, route.spoken.framing),
    });
  }
}

export function noChannel(id: ChannelId): GatewayError {
  return new GatewayError('not_found', `No proxy has a channel ${id}.`);
}

interface Verdict {
  readonly error: GatewayError | null;
  readonly blamesChannel: boolean;
}

function readAnswer(
  channel: RoutableChannel,
  passage: Passage,
  { answer, streamed }: { readonly answer: GatheredAnswer; readonly streamed: boolean },
): Verdict {
  const { status, headers, pieces } = answer;
  if (status < 200 || status >= 300) {
    const vendor = passage.decodeError(status, Buffer.concat(pieces));
    const failure = classifyFailure(status, vendor, channel.provider.failures);
    const error = failureError(failure, { ...vendor, status, retryAfter: undefined });
    return { error, blamesChannel: failure.blamesChannel };
  }
  try {
    if (streamed && String(headers['content-type']).startsWith('text/event-stream')) {
      const stream = passage.openStream();
      stream.push(pieces);
      stream.end();
      if (stream.failed) throw stream.fault ?? unfinished('The vendor wrote an error into its stream.');
      if (!stream.complete) throw unfinished('The vendor broke off in the middle of its answer.');
    } else passage.readWhole(Buffer.concat(pieces));
  } catch (cause) {
    return judgeFault(
      cause instanceof GatewayError ? cause : unfinished("The vendor's answer could not be read."),
    );
  }
  return { error: null, blamesChannel: false };
}

function unfinished(message: string): GatewayError {
  return new GatewayError('upstream_invalid_response', message);
}

function failureOf(error: GatewayError): string {
  return (error instanceof VendorRefusal ? error.decisive : undefined) ?? error.code;
}

function bodyOf({ operation, model }: ProbeTarget, streamed: boolean): Buffer {
  const body =
    operation === 'embeddings'
      ? { model, input: 'ping' }
      : {
          model,
          messages: [{ role: 'user', content: 'Answer with the one word: pong' }],
          max_completion_tokens: OUTPUT_TOKENS_MAX,
          ...(streamed ? { stream: true } : {}),
        };
  return Buffer.from(JSON.stringify(body));
}
