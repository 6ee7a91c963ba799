import type { AffinityRule, ChannelId, SettingsDocument } from '@tollgate/contracts';
import { affinityHash, AffinityMemory, coversModel, type AffinityTarget } from '@tollgate/routing';
import type { CredentialPin } from '../configuration/credential-pins.js';
import type { Snapshot } from '../configuration/snapshot.js';
import type { ClientRequest } from '../http/client-request.js';
import type { Identity } from '../identity/identities.js';
import { BodyMember } from './body-member.js';
import type { ModelRequest } from './model-request.js';

/** A request that belongs with others. */
export interface AffinityKey {
  /** Of this organisation, this model and this key. */
  readonly hash: number;
  readonly rule: AffinityRule;
}

/** Where one went: found again though the channel's credentials have changed. */
interface Remembered {
  readonly channel: ChannelId;
  readonly pin: CredentialPin;
}

/** Keys that one proxy remembers the channels of. */
const MEMORY_SIZE = 50_000;
const KEY_LENGTH_MAX = 1_000;
const SESSION_HEADERS = ['x-claude-code-session-id', 'session_id', 'session-id', 'x-session-id'];
/** Claude Code writes its session at the end of the user's id. */
const SESSION_IN_USER_ID = /_session_([\w-]+)$/;

const PROMPT_CACHE_KEY = new BodyMember('prompt_cache_key');
const SAFETY_IDENTIFIER = new BodyMember('safety_identifier');
const USER = new BodyMember('user');
const METADATA_USER_ID = new BodyMember('metadata.user_id');
/** What rules of the operator's look for, for as long as their settings are in force. */
const MEMBERS = new WeakMap<AffinityRule, BodyMember>();

/** Finds what requests have in common, and remembers where those with a key went. */
export class AffinityKeys {
  private readonly memory = new AffinityMemory<Remembered>(MEMORY_SIZE);

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

  /** `undefined`: nowhere yet, or to what is no longer configured. */
  recall({ hash }: AffinityKey, snapshot: Snapshot, now: number): AffinityTarget | undefined {
    const known = this.memory.recall(hash, now);
    if (known === undefined) return undefined;
    const credential = snapshot.channel(known.channel)?.pins.positionOf(known.pin);
    return credential === undefined ? undefined : { channel: known.channel, credential };
  }

  remember({ hash, rule }: AffinityKey, target: Remembered, now: number): void {
    this.memory.remember(hash, target, now + rule.ttlSeconds * 1_000);
  }
}

function textOf(
  rule: AffinityRule,
  client: ClientRequest,
  { request, identity }: { readonly request: ModelRequest; readonly identity: Identity },
): string | undefined {
  switch (rule.source) {
    case 'header':
      return bounded(client.header((rule.field ?? '').toLowerCase()));
    case 'body-field':
      return textAt(memberNamed(rule), request);
    case 'prompt-cache-key':
      return textAt(PROMPT_CACHE_KEY, request);
    case 'conversation':
      return session(client) ?? sessionIn(textAt(METADATA_USER_ID, request));
    case 'user':
      return (
        textAt(SAFETY_IDENTIFIER, request) ??
        textAt(USER, request) ??
        textAt(METADATA_USER_ID, request) ??
        identity.apiKey.id
      );
  }
}

function memberNamed(rule: AffinityRule): BodyMember {
  let member = MEMBERS.get(rule);
  if (member === undefined) MEMBERS.set(rule, (member = new BodyMember(rule.field ?? '')));
  return member;
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

/** A text or number in the body. */
function textAt(member: BodyMember, request: ModelRequest): string | undefined {
  const value = member.of(request);
  return typeof value === 'number' ? String(value) : bounded(value);
}

function bounded(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, KEY_LENGTH_MAX) : undefined;
}
