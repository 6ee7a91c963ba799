import { describe, expect, it } from '@jest/globals';
import { PROVIDERS } from './registry.js';
import type { Provider } from './provider.js';
import { readBalance, readModelList } from './vendor-answers.js';

const provider = (id: string): Provider => PROVIDERS.get(id) as Provider;
const balanceOf = (id: string, answer: unknown, host = new URL(provider(id).defaultBaseUrl!).hostname) =>
  readBalance(provider(id).balance!, answer, host);

describe("a vendor's balance", () => {
  it.each([
    [
      'deepseek',
      { is_available: true, balance_infos: [{ currency: 'CNY', total_balance: '110.00' }] },
      { amount: '110.00', currency: 'CNY' },
    ],
    ['moonshot', { code: 0, data: { available_balance: 49.58894 } }, { amount: '49.58894', currency: 'USD' }],
    [
      'siliconflow',
      { code: 20000, data: { balance: '0.88', chargeBalance: '88.00', totalBalance: '88.88' } },
      { amount: '88.88', currency: 'USD' },
    ],
    ['openrouter', { data: { limit: 100, limit_remaining: 74.5 } }, { amount: '74.5', currency: 'USD' }],
  ])('is read from what %s answers', (id, answer, expected) => {
    expect(balanceOf(id, answer)).toEqual(expected);
  });

  it.each([
    ['moonshot', 'api.moonshot.cn', { data: { available_balance: 3 } }],
    ['siliconflow', 'api.siliconflow.cn', { data: { totalBalance: '3' } }],
  ])('of %s is in the currency of the site %s', (id, host, answer) => {
    expect(balanceOf(id, answer, host)).toEqual({ amount: '3', currency: 'CNY' });
    expect(balanceOf(id, answer, 'mirror.example')).toEqual({ amount: '3', currency: 'USD' });
  });

  it('is the greatest of an account that has several currencies', () => {
    const balance_infos = [
      { currency: 'CNY', total_balance: '0.00' },
      { currency: 'USD', total_balance: '9.50' },
      { currency: 'USD', total_balance: 'much' },
    ];
    expect(balanceOf('deepseek', { balance_infos })).toEqual({ amount: '9.50', currency: 'USD' });
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
