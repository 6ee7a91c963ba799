import type { ModelProfile } from './provider.js';

/**
 * How Claude wants to be asked, by model, wherever it runs: the names of clouds hold Anthropic's own.
 * https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 */
export const CLAUDE_MODELS: readonly ModelProfile[] = [
  { models: /claude/, profile: { reasoning: 'anthropic-budget', audio: false } },
  // From 4.6 on the model decides how much it thinks.
  { models: /claude-[a-z]+-(4-([6-9]|1\d)(?!\d)|[5-9])/, profile: { reasoning: 'anthropic-adaptive' } },
  // From 4.7 on sampling can't be tuned any more.
  {
    models: /claude-[a-z]+-(4-([7-9]|1\d)(?!\d)|[5-9])/,
    profile: {
      unsupported: new Set(['temperature', 'topP', 'topK', 'frequencyPenalty', 'presencePenalty', 'seed']),
    },
  },
];
