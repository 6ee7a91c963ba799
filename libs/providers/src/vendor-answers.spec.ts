import { describe, expect, it } from '@jest/globals';
import { PROVIDERS } from './registry.js';
import type { Provider } from './provider.js';
import { readBalance, readModelList } from './vendor-answers.js';

const provider = (id: string): Provider => PROVIDERS.get(id) as Provider;
const balanceOf = (id: string, answer: unknown) => readBalance(provider(id).balance!, answer);

describe("a vendor's balance", () => {
  it.each([
    [
      'deepseek',
      { is_available: true, balance_infos: [{ currency: 'CNY', total_balance: '110.00' }] },
      { amount: '110.00', currency: 'CNY' },
    ],
    ['moonshot', { code: 0, data: { available_balance: 49.58894 } }, { amount: '49.58894', currency: 'USD' }],
    ['siliconflow', { code: 20000, data: { totalBalance: '88.00' } }, { amount: '88.00', currency: 'USD' }],
    ['openrouter', { data: { limit: 100, limit_remaining: 74.5 } }, { amount: '74.5', currency: 'USD' }],
  ])('is read from what %s answers', (id, answer, expected) => {
    expect(balanceOf(id, answer)).toEqual(expected);
  });

  it.each([
    ['openrouter', { data: { limit: null, limit_remaining: null } }],
    ['deepseek', { is_available: false, balance_infos: [] }],
    ['deepseek', { balance_infos: [{ currency: 'USD', total_balance: 'much' }] }],
    ['moonshot', 'nonsense'],
  ])('is not known when %s answers %j', (id, answer) => {
    expect(balanceOf(id, answer)).toBeUndefined();
  });
});

describe("a vendor's list of models", () => {
  it('is read sorted, each name once', () => {
    const answer = { object: 'list', data: [{ id: 'b' }, { id: 'a' }, { id: 'b' }, { name: 'c' }, null] };
    expect(readModelList(provider('openai').modelList!, answer)).toEqual(['a', 'b']);
  });

  it('is none when the answer is another', () => {
    expect(readModelList(provider('openai').modelList!, { error: 'no' })).toBeUndefined();
  });
});
