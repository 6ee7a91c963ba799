import type { ChannelDocument } from '@tollgate/contracts';
import { compileSheet, typicalCost } from '@tollgate/pricing';
import { capabilityBits, ChannelLoad, type Candidate, type PoolMember } from '@tollgate/routing';

/** A channel as routing sees it, in a process that has sent it nothing. */
export interface ExplainedChannel extends Candidate {
  readonly document: ChannelDocument;
}

/** The channel as it serves one of its models. */
export function toCandidate(document: ChannelDocument, model: string): PoolMember<ExplainedChannel> {
  const { id, priority, weight, tags, lacks, credentials, credentialChoice } = document;
  const served = document.models.find(({ name }) => name === model);
  const cost = served?.cost ?? null;
  return {
    channel: {
      ...{ id, priority, weight, document },
      tags: tags ?? [],
      credentialChoice: credentialChoice ?? 'round-robin',
      load: new ChannelLoad(Math.max(1, credentials.length)),
    },
    model,
    upstream: served?.upstream ?? model,
    cost: typicalCost(cost === null ? null : compileSheet(cost)),
    lacks: capabilityBits(lacks ?? []),
  };
}
