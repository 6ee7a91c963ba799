import type { ChannelProbeRequest, ProbeOperation } from '@tollgate/contracts';
import { GatewayError } from '@tollgate/contracts';
import type { RoutableChannel } from '../configuration/routable-channel.js';
import type { ClientDialect } from '../http/routes.js';

/** What a probe asks a channel for. */
export interface ProbeTarget {
  readonly operation: ProbeOperation;
  /** The gateway's name of the model. */
  readonly model: string;
}

/** Models that write no text: their names say so at every vendor. */
const EMBEDDING = /embed|\bbge\b|\be5-/i;
const NEITHER = /rerank|whisper|transcri|speech|tts|audio|image|dall-e|flux|video|moderation|realtime/i;

/**
 * The model that is named, or the cheapest by what the vendor charges us; models without a known cost come last, in the
 * channel's order.
 *
 * @throws GatewayError `not_found` for a model that the channel lacks; `unsupported_operation` when it has none to try
 */
export function probeTarget(
  channel: RoutableChannel,
  client: ClientDialect,
  { operation, model }: Pick<ChannelProbeRequest, 'operation' | 'model'>,
): ProbeTarget {
  if (model !== null) {
    if (!channel.models.has(model))
      throw new GatewayError('not_found', `The channel has no model "${model}".`);
    const chosen = { operation: operation ?? operationOf(model) ?? 'chat', model };
    if (channel.serves(client, chosen.operation, model)) return chosen;
    throw new GatewayError('unsupported_operation', `The channel can't be asked for ${chosen.operation}.`);
  }
  const targets = [...channel.models]
    .flatMap(([name, { typicalCost }]) => {
      const kind = operationOf(name);
      const fits = kind !== undefined && (operation === null || operation === kind);
      return fits && channel.serves(client, kind, name)
        ? [{ operation: kind, model: name, typicalCost }]
        : [];
    })
    .sort((one, other) => byCost(one.typicalCost, other.typicalCost));
  // A probe of the kind that most channels are for says most.
  const target = targets.find((candidate) => candidate.operation === 'chat') ?? targets[0];
  if (target === undefined) {
    throw new GatewayError('unsupported_operation', 'The channel has no model that a probe could try.');
  }
  return { operation: target.operation, model: target.model };
}

function operationOf(model: string): ProbeOperation | undefined {
  if (NEITHER.test(model)) return undefined;
  return EMBEDDING.test(model) ? 'embeddings' : 'chat';
}

/** The difference of two unknown costs is no number. */
function byCost(one: number, other: number): number {
  return one === other ? 0 : one - other;
}
