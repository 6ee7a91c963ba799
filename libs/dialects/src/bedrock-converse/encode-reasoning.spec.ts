import { describe, expect, it } from '@jest/globals';
import { encoded, TIDE } from '../../test-support/converse-request.js';
import type { CanonicalRequest } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';

describe('reasoning asked of Converse', () => {
  interface Expected {
    readonly fields?: unknown;
    readonly config?: unknown;
    readonly labels: string[];
  }

  it.each<[string, Partial<CanonicalRequest>, Partial<TargetProfile>, Expected]>([
    [
      'by a budget',
      { reasoning: { budgetTokens: 2_000 }, outputTokensMax: 8_000, sampling: { temperature: 0.2 } },
      {},
      {
        fields: { thinking: { type: 'enabled', budget_tokens: 2_000 } },
        config: { maxTokens: 8_000 },
        labels: ['dropped:temperature'],
      },
    ],
    [
      'by an effort',
      { reasoning: { effort: 'high' }, outputTokensMax: 10_000 },
      {},
      {
        fields: { thinking: { type: 'enabled', budget_tokens: 8_000 } },
        config: { maxTokens: 10_000 },
        labels: ['approximated:reasoning'],
      },
    ],
    [
      'above the limit',
      { reasoning: { budgetTokens: 5_000 }, outputTokensMax: 4_000 },
      {},
      {
        fields: { thinking: { type: 'enabled', budget_tokens: 3_200 } },
        config: { maxTokens: 4_000 },
        labels: ['approximated:reasoning'],
      },
    ],
    [
      'above a small limit',
      { reasoning: { budgetTokens: 5_000 }, outputTokensMax: 1_000 },
      {},
      {
        fields: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
        config: { maxTokens: 2_024 },
        labels: ['approximated:outputTokensMax'],
      },
    ],
    [
      'of a model that decides itself',
      { reasoning: { effort: 'minimal' } },
      { reasoning: 'anthropic-adaptive' },
      {
        fields: { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
        labels: ['approximated:reasoning'],
      },
    ],
    [
      'of gpt-oss',
      { reasoning: { effort: 'max' } },
      { reasoning: 'effort' },
      { fields: { reasoning_effort: 'high' }, labels: ['approximated:reasoning'] },
    ],
    [
      'that is off',
      { reasoning: { effort: 'none' } },
      {},
      { fields: { thinking: { type: 'disabled' } }, labels: [] },
    ],
    [
      'of a model that can not',
      { reasoning: { effort: 'low' } },
      { reasoning: 'none' },
      { labels: ['dropped:reasoning'] },
    ],
    [
      'where a call is demanded',
      { reasoning: { effort: 'low' }, tools: [TIDE], toolChoice: { type: 'required' } },
      {},
      { labels: ['dropped:reasoning'] },
    ],
  ])('%s', (_how, more, profile, { fields, config, labels }) => {
    const { body, warnings } = encoded(more, profile);
    expect(body['additionalModelRequestFields']).toEqual(fields);
    expect(body['inferenceConfig']).toEqual(config);
    expect(warnings).toEqual(labels);
  });
});
