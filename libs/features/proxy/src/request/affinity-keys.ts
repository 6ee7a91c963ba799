import type { AffinityRule, SettingsDocument } from '@tollgate/contracts';
import { affinityHash, AffinityMemory, coversModel, type AffinityTarget } from '@tollgate/routing';
import type { ClientRequest } from '../http/client-request.js';
import type { Identity } from '../identity/identities.js';
import type { ModelRequest } from './model-request.js';

/** A request that belongs with others. */
export interface AffinityKey {
  /** Of this organisation, this model and this key. */
  readonly hash: number;
  readonly rule: AffinityRule;
}

/** Keys that one proxy remembers the channels of. */
const MEMORY_SIZE = 50_000;
const KEY_LENGTH_MAX = 1_000;
const SESSION_HEADERS = ['x-claude-code-session-id', 'session_id', 'session-id', 'x-session-id'];
/** Claude Code writes its session at the end of the user's id. */
const SESSION_IN_USER_ID = /_session_([\w-]+)$/;

/** Finds what requests have in common, and remembers where those with a key went. */
export class AffinityKeys {
  private readonly memory = new AffinityMemory(MEMORY_SIZE);

  /** `undefined`: the request belongs with no others. */
  find(
    client: ClientRequest,
    request: ModelRequest,
    { identity, settings }: { readonly identity: Identity; readonly settings: SettingsDocument },
  ): AffinityKey | undefined {
    const { model } = request.envelope;
    for (const rule of settings.routing.affinity) {
      if (!coversModel(rule, model)) continue;
      const text = textOf(rule, client, { request, identity });
      if (text === undefined) continue;
      return { hash: affinityHash(identity.organization.id, model, rule.name, text), rule };
    }
    return undefined;
  }

  recall({ hash }: AffinityKey, now: number): AffinityTarget | undefined {
    return this.memory.recall(hash, now);
  }

  remember({ hash, rule }: AffinityKey, target: AffinityTarget, now: number): void {
    this.memory.remember(hash, target, now + rule.ttlSeconds * 1_000);
  }
}

function textOf(
  { source, field = '' }: AffinityRule,
  client: ClientRequest,
  { request, identity }: { readonly request: ModelRequest; readonly identity: Identity },
): string | undefined {
  switch (source) {
    case 'header':
      return bounded(client.header(field.toLowerCase()));
    case 'body-field':
      return member(request, field);
    case 'prompt-cache-key':
      return member(request, 'prompt_cache_key');
    case 'conversation':
      return session(client) ?? sessionIn(member(request, 'metadata.user_id'));
    case 'user':
      return (
        member(request, 'safety_identifier') ??
        member(request, 'user') ??
        member(request, 'metadata.user_id') ??
        identity.apiKey.id
      );
  }
}

function session(client: ClientRequest): string | undefined {
  for (const name of SESSION_HEADERS) {
    const value = bounded(client.header(name));
    if (value !== undefined) return value;
  }
  return undefined;
}

function sessionIn(userId: string | undefined): string | undefined {
  return userId === undefined ? undefined : SESSION_IN_USER_ID.exec(userId)?.[1];
}

/** A text or number in the body; what its bytes do not name is not looked for. */
function member(request: ModelRequest, path: string): string | undefined {
  const names = path.split('.');
  if (!names.every((name) => request.bytes.includes(`"${name}"`))) return undefined;
  let value: unknown = request.parsed;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return typeof value === 'number' ? String(value) : bounded(value);
}

function bounded(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, KEY_LENGTH_MAX) : undefined;
}
