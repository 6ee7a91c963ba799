import { describe, expect, it } from '@jest/globals';
import { settingsDocument } from '@tollgate/contracts';
import { readReasoningSuffix } from './reasoning-suffix.js';

const rules = settingsDocument.parse({}).models.reasoningSuffixes;
const known = new Set(['claude', 'gpt-5', 'codex-max', 'a-thinking-b']);
const read = (name: string) => readReasoningSuffix(name, rules, (model) => known.has(model));

describe('the end of a model name', () => {
  it.each([
    ['claude-thinking', { model: 'claude', reasoning: { effort: 'high' } }],
    ['claude-nothinking', { model: 'claude', reasoning: { effort: 'none' } }],
    ['claude-thinking-2048', { model: 'claude', reasoning: { budgetTokens: 2_048 } }],
    ['a-thinking-b-thinking-128', { model: 'a-thinking-b', reasoning: { budgetTokens: 128 } }],
    ['gpt-5-xhigh', { model: 'gpt-5', reasoning: { effort: 'xhigh' } }],
    ['gpt-5-none', { model: 'gpt-5', reasoning: { effort: 'none' } }],
    ['codex-max-low', { model: 'codex-max', reasoning: { effort: 'low' } }],
  ])('%s says how much to think', (name, expected) => {
    expect(read(name)).toEqual(expected);
  });

  it.each([
    'claude',
    'other-high',
    '-high',
    'claude-thinking-',
    'claude-thinking-1e9',
    'claude-thinking-99999999',
  ])('%s says nothing', (name) => {
    expect(read(name)).toBeUndefined();
  });
});
