import type { ProviderDialect } from '../provider.js';

/**
 * Deployments are named by the operator; where they carry the name of a model that thinks, it takes neither sampling nor
 * penalties. https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning#not-supported
 */
export const GPT_PROFILE = {
  profile: { outputLimitField: 'max_completion_tokens', unsupported: new Set(['topK']) },
  modelProfiles: [
    {
      models: /^(o\d|gpt-5(?!.*-chat))/,
      profile: {
        unsupported: new Set([
          ...(['temperature', 'topP', 'topK', 'frequencyPenalty', 'presencePenalty'] as const),
          ...(['logprobs', 'logitBias'] as const),
        ]),
      },
    },
  ],
} as const satisfies Pick<ProviderDialect, 'profile' | 'modelProfiles'>;
