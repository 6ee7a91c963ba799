import { bearer, OPENAI_CHAT, type Provider } from '../provider.js';

/** Any server that speaks OpenAI's Chat Completions: vLLM, llama.cpp, LM Studio, another gateway. */
export const openaiCompatible = {
  id: 'openai-compatible',
  displayName: 'OpenAI-compatible server',
  defaultBaseUrl: null,
  requiresCredential: false,
  dialects: [OPENAI_CHAT],
  authenticate: bearer,
  // The older name is understood by every server of this kind, the newer one by few.
  outputLimitField: 'max_tokens',
  reportsStreamUsage: true,
} as const satisfies Provider;
