import { describe, expect, it } from '@jest/globals';
import {
  ADAPTIVE,
  answered,
  BUDGET,
  called,
  encode,
  FUNCTION,
  USER,
} from '../../test-support/anthropic-request.js';
import type { CanonicalRequest, Message } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';

describe('reasoning', () => {
  it.each<[Partial<CanonicalRequest>, unknown, number, string[]]>([
    [{ reasoning: { budgetTokens: 2_000 }, outputTokensMax: 9_000 }, 2_000, 9_000, []],
    [{ reasoning: { effort: 'low' }, outputTokensMax: 10_000 }, 2_000, 10_000, ['approximated:reasoning']],
    [
      { reasoning: { budgetTokens: 9_000 }, outputTokensMax: 5_000 },
      4_000,
      5_000,
      ['approximated:reasoning'],
    ],
    [{ reasoning: { budgetTokens: 9_000 } }, 9_000, 17_192, ['approximated:outputTokensMax']],
    [
      { reasoning: { effort: 'high' }, outputTokensMax: 500 },
      1_024,
      1_524,
      ['approximated:reasoning', 'approximated:outputTokensMax'],
    ],
    [
      { reasoning: { budgetTokens: 30_000 }, outputTokensMax: 500 },
      1_024,
      1_524,
      ['approximated:outputTokensMax'],
    ],
  ])('is told as a budget below the limit: %j', (request, budget, limit, warned) => {
    const { thinking, max_tokens: max, warnings } = encode(request);
    expect(thinking).toEqual({ type: 'enabled', budget_tokens: budget });
    expect(max).toBe(limit);
    expect(warnings).toEqual(warned);
  });

  it.each([
    [{ effort: 'none' }, { type: 'disabled' }, undefined],
    [{ effort: 'minimal' }, { type: 'adaptive' }, 'low'],
    [{ effort: 'xhigh', visible: true }, { type: 'adaptive', display: 'summarized' }, 'xhigh'],
    [{ budgetTokens: 20_000, visible: false }, { type: 'adaptive', display: 'omitted' }, 'high'],
    [{ budgetTokens: -1 }, { type: 'adaptive' }, undefined],
  ] as const)('is told to models that adapt: %j', (reasoning, thinking, effort) => {
    const body = encode({ reasoning }, ADAPTIVE);
    expect(body['thinking']).toEqual(thinking);
    expect(body['output_config']).toEqual(effort === undefined ? undefined : { effort });
  });

  it('leaves no temperature, and of the rest what the vendor takes beside it', () => {
    const sampling = { temperature: 0.2, topP: 0.96, topK: 5 };
    const body = encode({ reasoning: { budgetTokens: 2_000 }, sampling });
    expect(body).toMatchObject({ top_p: 0.96, warnings: ['dropped:temperature', 'dropped:topK'] });
    expect(body).not.toHaveProperty('temperature');
  });

  const signed = (origin: 'anthropic-messages' | 'gemini'): Message => ({
    role: 'assistant',
    content: [{ type: 'reasoning', text: 'hm', signature: { origin, value: 's' } }, ...called('a').content],
  });
  const tools = [FUNCTION];

  it.each<[string, Partial<CanonicalRequest>, Partial<TargetProfile>, boolean]>([
    ['a call is demanded', { tools, toolChoice: { type: 'required' } }, BUDGET, false],
    ['a call is demanded of an adaptive model', { tools, toolChoice: { type: 'required' } }, ADAPTIVE, false],
    ['an answer has begun', { messages: [USER, { ...USER, role: 'assistant' }] }, BUDGET, false],
    [
      'the last calls hold no thinking',
      { tools, messages: [USER, called('a'), answered('a')] },
      BUDGET,
      false,
    ],
    [
      "the last calls hold another's",
      { tools, messages: [USER, signed('gemini'), answered('a')] },
      BUDGET,
      false,
    ],
    [
      'the last calls hold its own',
      { tools, messages: [USER, signed('anthropic-messages'), answered('a')] },
      BUDGET,
      true,
    ],
    ['the model adapts', { tools, messages: [USER, called('a'), answered('a')] }, ADAPTIVE, true],
    ["the model can't be told", {}, { reasoning: 'none' }, false],
  ])('is left out, with a warning, where the vendor would refuse it: %s', (_name, request, target, kept) => {
    const body = encode({ ...request, reasoning: { budgetTokens: 2_000 } }, target);
    expect(body['thinking'] !== undefined).toBe(kept);
    expect(body.warnings.includes('dropped:reasoning')).toBe(!kept);
  });
});
