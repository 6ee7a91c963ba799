import { DECISIVE_FAILURES } from '@tollgate/contracts';

/** What a channel consists of. Its only credential, or its only model, is no part: it stands and falls with the channel. */
export interface ChannelParts {
  readonly credentials: number;
  readonly models: ReadonlySet<string>;
}

/** One credential, by its position, or one model, by the gateway's name for it. */
export type Part =
  { readonly kind: 'credential'; readonly key: number } | { readonly kind: 'model'; readonly key: string };

export type PartKind = Part['kind'];

/** What a failure speaks of; a `limit` of one model, or of the credential: that shows when others meet it or don't. */
export type Subject = PartKind | 'channel' | 'limit';

/** By the code of the failure; what is not listed speaks of the channel as a whole. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  ...DECISIVE_FAILURES,
  upstream_unauthorized: 'credential',
  upstream_rate_limited: 'limit',
  upstream_rejected: 'model',
  upstream_error: 'model',
  upstream_overloaded: 'model',
  upstream_timeout: 'model',
  upstream_cut: 'model',
  upstream_invalid_response: 'model',
};

export function hasPart(parts: ChannelParts, { kind, key }: Part): boolean {
  return kind === 'credential'
    ? parts.credentials > 1 && key < parts.credentials
    : parts.models.size > 1 && parts.models.has(key);
}

export function partCount(parts: ChannelParts, kind: PartKind): number {
  const count = kind === 'credential' ? parts.credentials : parts.models.size;
  return count > 1 ? count : 0;
}

export function subjectOf(code: string): Subject {
  return SUBJECTS[code] ?? 'channel';
}
