import type { ApiPropertyOptions } from '@nestjs/swagger';
import {
  channelTls,
  channelTransformMembers,
  GUARDED_MEMBERS,
  proxyUrl,
  type ChannelHeaders,
  type ChannelOverrides,
  type ChannelTimeouts,
  type ChannelTls,
  type ChannelTransforms,
  type GuardedMember,
  type SystemPrompt,
} from '@tollgate/contracts';
import { IsSchema } from '../validation/is-schema.js';

const MEMBERS = {
  ...channelTransformMembers,
  proxy: proxyUrl.nullish(),
  tls: channelTls.nullish(),
};

const OBJECT = { type: 'object', additionalProperties: true } as const;

/** What a channel changes of the requests that its vendor gets, and how it gets them; null changes nothing. */
export class ChannelTransformsDto implements ChannelTransforms {
  @IsTransform('overrides', {
    oneOf: [OBJECT, { type: 'array', items: OBJECT }],
    example: [{ mode: 'set', path: 'temperature', value: 0 }],
    description:
      'Steps that change the body and headers; an object in short: members written over those of the body.',
  })
  overrides?: ChannelOverrides | null;

  @IsTransform('headers', {
    ...OBJECT,
    example: { set: { 'x-team': 'red' }, remove: ['x-stainless-os'] },
    description: 'Headers that are set and removed; `{credential}` stands for the credential.',
  })
  headers?: ChannelHeaders | null;

  @IsTransform('systemPrompt', {
    ...OBJECT,
    example: { text: 'Answer in French.', mode: 'prepend' },
    description: 'A system prompt; mode: default (where the request has none), prepend, override.',
  })
  systemPrompt?: SystemPrompt | null;

  @IsTransform('allow', {
    type: 'array',
    items: { type: 'string', enum: [...GUARDED_MEMBERS] },
    description: 'Members that change price or privacy and are left out unless they are named here.',
  })
  allow?: GuardedMember[] | null;

  @IsTransform('disableStore', { type: 'boolean', description: 'The vendor is told to keep nothing.' })
  disableStore?: boolean | null;

  @IsTransform('passThroughBody', {
    type: 'boolean',
    description: 'Bodies that need no translation pass with nothing changed but the model.',
  })
  passThroughBody?: boolean | null;

  @IsTransform('statusMap', {
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { '429': 503 },
    description: "A vendor's error status and the one that it is taken for.",
  })
  statusMap?: Record<string, number> | null;

  @IsTransform('timeouts', {
    ...OBJECT,
    example: { firstByteTimeoutMs: 300_000 },
    description:
      'firstByteTimeoutMs, idleTimeoutMs, totalTimeoutMs of this channel, in place of those of the settings.',
  })
  timeouts?: ChannelTimeouts | null;

  @IsTransform('inFlightMax', {
    type: 'integer',
    minimum: 1,
    description: 'Attempts under way at once, of all proxies together; then the channel is passed over.',
  })
  inFlightMax?: number | null;

  @IsTransform('requestsPerMinuteMax', {
    type: 'integer',
    minimum: 1,
    description: 'Of the last 60 seconds, of all proxies together.',
  })
  requestsPerMinuteMax?: number | null;

  @IsTransform('tokensPerMinuteMax', {
    type: 'integer',
    minimum: 1,
    description:
      'Input and output of the last 60 seconds, of all proxies together, as the vendor reports them.',
  })
  tokensPerMinuteMax?: number | null;

  @IsTransform('proxy', {
    type: 'string',
    example: 'socks5://user:password@proxy.internal:1080',
    description: 'http, https or socks5; user name and password are stored sealed, and never shown again.',
  })
  proxy?: string | null;

  @IsTransform('tls', {
    ...OBJECT,
    description:
      'ca, rejectUnauthorized, serverName, clientCertificate, clientKey; PEM. The key is stored sealed, and never shown again.',
  })
  tls?: ChannelTls | null;
}

function IsTransform(member: keyof typeof MEMBERS, options: ApiPropertyOptions): PropertyDecorator {
  return IsSchema(member, MEMBERS[member], options);
}
