import type { DialectId, Operation } from '@tollgate/contracts';
import type { Transport } from './transport/transport.js';

/** Header names and values, one after the other: `['authorization', 'Bearer …']`. */
export type FlatHeaders = readonly string[];

/** A vendor as data: what it speaks, where, and how it wants to be asked. */
export interface Provider {
  readonly id: string;
  readonly displayName: string;
  /** `null`: a channel must name its own. */
  readonly defaultBaseUrl: string | null;
  readonly requiresCredential: boolean;
  /** What the vendor speaks, preferred first; each with the paths of its operations below the base URL. */
  readonly dialects: readonly ProviderDialect[];
  /** Headers that carry the credential; `null` where a channel has none. */
  authenticate(credential: string | null): FlatHeaders;
  /** The member that limits the output tokens of a chat request. */
  readonly outputLimitField: string;
  /** The vendor reports usage in a stream when asked by `stream_options.include_usage`. */
  readonly reportsStreamUsage: boolean;
  /** Answers in this process instead of over HTTP. */
  readonly inProcess?: Transport;
}

export interface ProviderDialect {
  readonly id: DialectId;
  readonly paths: Readonly<Partial<Record<Operation, string>>>;
}

/** OpenAI's API paths, which most vendors took over. */
export const OPENAI_CHAT: ProviderDialect = {
  id: 'openai-chat',
  paths: { chat: '/chat/completions', embeddings: '/embeddings' },
};

export function bearer(credential: string | null): FlatHeaders {
  return credential === null ? [] : ['authorization', `Bearer ${credential}`];
}
