import { describe, expect, it } from '@jest/globals';
import { FULL_TARGET, type TargetProfile } from '@tollgate/dialects';
import type { Provider } from './provider.js';
import { PROVIDERS } from './registry.js';

/** The dialect that a vendor prefers for a model, and what the model takes there. */
function preferred(id: string, model: string): { dialect: string; profile: Omit<TargetProfile, 'model'> } {
  const { dialects } = PROVIDERS.get(id) as Provider;
  const spoken = dialects.find(({ models }) => models?.test(model) !== false);
  if (spoken === undefined) throw new Error(`${id} speaks to ${model} in nothing`);
  const more = (spoken.modelProfiles ?? []).filter(({ models }) => models.test(model));
  const profile = Object.assign({}, FULL_TARGET, spoken.profile, ...more.map((entry) => entry.profile));
  return { dialect: spoken.id, profile: profile as typeof FULL_TARGET };
}

describe('what models of a vendor take', () => {
  it.each([
    ['openai', 'gpt-4o', 'openai-chat'],
    ['openai', 'gpt-5', 'openai-chat'],
    ['openai', 'gpt-5.5-mini', 'openai-chat'],
    ['openai', 'gpt-5.6-luna', 'openai-responses'],
    ['openai', 'gpt-6', 'openai-responses'],
    ['openai', 'text-embedding-3-small', 'openai-chat'],
    ['perplexity', 'sonar-pro', 'openai-chat'],
    ['perplexity', 'openai/gpt-5.4', 'openai-responses'],
    ['gemini', 'gemini-3-pro', 'gemini'],
  ])('%s prefers for %s %s', (id, model, dialect) => {
    expect(preferred(id, model).dialect).toBe(dialect);
  });

  it.each([
    ['openai', 'gpt-4o', 'none', true],
    ['openai', 'gpt-5-chat-latest', 'none', true],
    ['openai', 'ft:gpt-4.1-mini:acme', 'none', true],
    ['openai', 'o4-mini', 'effort', false],
    ['openai', 'ft:o4-mini:acme', 'effort', false],
    ['openai', 'gpt-5-mini', 'effort', false],
    ['openai', 'gpt-5.6', 'effort', false],
    ['xai', 'grok-4-fast', 'none', true],
    ['xai', 'grok-4.20-reasoning', 'none', true],
    ['xai', 'grok-3-mini', 'effort', true],
    ['xai', 'grok-4.5', 'effort', true],
    ['groq', 'openai/gpt-oss-120b', 'effort', true],
    ['groq', 'llama-3.3-70b-versatile', 'none', true],
    ['moonshot', 'kimi-k2.6', 'thinking-type', false],
    ['moonshot', 'moonshot-v1-32k', 'thinking-type', true],
    ['mistral', 'mistral-small-latest', 'effort', true],
    ['mistral', 'mistral-large-latest', 'none', true],
    ['gemini', 'gemini-2.5-flash', 'gemini-budget', true],
    ['gemini', 'gemini-3-flash', 'gemini-level', true],
  ])('%s %s is told how much to think by %s; takes a temperature: %s', (id, model, control, warm) => {
    const { profile } = preferred(id, model);
    expect(profile.reasoning).toBe(control);
    expect(profile.unsupported.has('temperature')).toBe(!warm);
  });

  it.each([
    ['deepseek', 'deepseek-flash', true],
    ['deepseek', 'deepseek-v4-pro', false],
  ])('%s %s sees: %s', (id, model, sees) => {
    expect(preferred(id, model).profile.images).toBe(sees);
  });
});
