import { chatVendor, type FakeVendor } from '@tollgate/testing';
import type OpenAI from 'openai';

/** How the vendor answers, and what an answer costs: 40 × 2.50 + 50 × 10.00 USD per 1M tokens, in nano-USD. */
export const ANSWER = chatVendor(['Hello'], { prompt_tokens: 40, completion_tokens: 50 });
export const CHARGE = 600_000n;

/** For a declarative file: the one channel, and the price of its model. */
export const soldBy = ({ baseUrl }: FakeVendor) => ({
  version: 1,
  channels: [{ name: 'vendor', provider: 'openai', baseUrl, credentials: ['sk-up'], models: ['gpt-4o'] }],
  prices: [{ model: 'gpt-4o', input: '2.50', output: '10.00' }],
});

/** Whether a request for a chat is answered. */
export function isAnswered(client: OpenAI): Promise<boolean> {
  return client.chat.completions
    .create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] })
    .then(
      () => true,
      () => false,
    );
}
