import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import {
  channelTransformMembers,
  GUARDED_MEMBERS,
  type ChannelHeaders,
  type ChannelOverrides,
  type ChannelTransforms,
  type GuardedMember,
  type SystemPrompt,
} from '@tollgate/contracts';
import { IsOptional, ValidateBy } from 'class-validator';
import { describeIssues } from '../config-file/describe-issues.js';

const OBJECT = { type: 'object', additionalProperties: true } as const;

/** What a channel changes of the requests that its vendor gets; null changes nothing. */
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
}

/** As the declarative file takes it; null takes it away. */
function IsTransform(member: keyof ChannelTransforms, options: ApiPropertyOptions): PropertyDecorator {
  const schema = channelTransformMembers[member];
  const problems = (value: unknown): string[] => {
    const { error } = schema.safeParse(value);
    const issues = describeIssues(error?.issues ?? [], value);
    return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  };
  return applyDecorators(
    ApiPropertyOptional({ ...options, nullable: true }),
    IsOptional(),
    ValidateBy({
      name: `is${member.charAt(0).toUpperCase()}${member.slice(1)}`,
      validator: {
        validate: (value) => problems(value).length === 0,
        defaultMessage: (failed) => `$property: ${problems(failed?.value).join('; ')}`,
      },
    }),
  );
}
