import { GatewayError } from '@tollgate/contracts';
import { bearer, fixedHeaders, type Authenticator } from '../authenticator.js';
import { CLAUDE_MODELS } from '../claude-models.js';
import type { ChannelOptions, Provider } from '../provider.js';
import { readCredential } from './credential.js';
import { RequestSigner } from './request-signer.js';

const DEFAULT_REGION = 'us-east-1';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html */
export const bedrock = {
  id: 'bedrock',
  displayName: 'Amazon Bedrock',
  documentationUrl:
    'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html',
  defaultBaseUrl: 'https://bedrock-runtime.{region}.amazonaws.com',
  requiresCredential: true,
  credentialHint: '<access key id>|<secret access key>, the same as JSON, or a Bedrock API key',
  options: {
    region: {
      description: 'the AWS region: us-east-1, eu-central-1 …',
      default: DEFAULT_REGION,
      pattern: /^[a-z]{2,3}(-[a-z]+)+-\d$/,
    },
  },
  dialects: [
    {
      // Claude takes Anthropic's own requests, but for what stands in the path.
      id: 'anthropic-messages',
      models: /anthropic\.claude/,
      endpoints: {
        chat: { whole: '/model/{model}/invoke', streamed: '/model/{model}/invoke-with-response-stream' },
      },
      body: {
        remove: ['model', 'stream'],
        add: { anthropic_version: 'bedrock-2023-05-31' },
        headerMembers: { 'anthropic-beta': 'anthropic_beta' },
      },
      framing: 'aws-event-stream',
      profile: { imageUrls: false, fileUrls: false },
      modelProfiles: CLAUDE_MODELS,
    },
    {
      id: 'bedrock-converse',
      endpoints: {
        chat: { whole: '/model/{model}/converse', streamed: '/model/{model}/converse-stream' },
        'count-tokens': '/model/{model}/count-tokens',
      },
      framing: 'aws-event-stream',
      profile: {
        reasoning: 'none',
        imageUrls: false,
        fileUrls: false,
        audio: false,
        structuredOutput: 'none',
        cacheMarks: false,
        unsupported: new Set(['topK']),
      },
      modelProfiles: [
        {
          models: /anthropic\./,
          profile: { structuredOutput: 'json-schema', cacheMarks: true, unsupported: new Set() },
        },
        ...CLAUDE_MODELS,
        { models: /openai\./, profile: { reasoning: 'effort' } },
        { models: /amazon\.nova/, profile: { cacheMarks: true } },
      ],
    },
  ],
  authenticate,
  // https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
  failures: [
    // The model failed, not the request.
    { status: 424, means: 'failed' },
    { status: 400, message: /too many (requests|tokens)|throttl/i, means: 'rateLimited' },
    { status: 400, message: /security token|signature/i, means: 'unauthorized' },
    {
      status: 400,
      message:
        /model identifier is invalid|on-demand throughput|end of its life|(operation|action).*not (allowed|supported)/i,
      means: 'unknownModel',
    },
  ],
} as const satisfies Provider;

function authenticate(credential: string | null, { region = DEFAULT_REGION }: ChannelOptions): Authenticator {
  if (credential === null) return fixedHeaders([]);
  const read = readCredential(credential);
  switch (read.kind) {
    case 'access-key':
      return new RequestSigner(read.key, { region, service: 'bedrock' });
    case 'api-key':
      return bearer(read.key);
    case 'unreadable':
      return { headers: refuse };
  }
}

/** Told with each request: a channel with one bad credential still has its others. */
function refuse(): never {
  throw new GatewayError(
    'upstream_unauthorized',
    "The channel's credential is no access key of AWS: tell the operator of this gateway.",
    { retry: 'next-channel' },
  );
}
