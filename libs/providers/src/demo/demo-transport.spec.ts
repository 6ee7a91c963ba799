import { describe, expect, it } from '@jest/globals';
import { DemoTransport } from './demo-transport.js';

function ask(path: string, request: unknown): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = '';
    new DemoTransport().dispatch(
      {
        origin: 'http://demo.invalid',
        method: 'POST',
        path,
        headers: [],
        body: Buffer.from(typeof request === 'string' ? request : JSON.stringify(request)),
        timeouts: { connectTimeoutMs: 1, firstByteTimeoutMs: 1, idleTimeoutMs: 1, totalTimeoutMs: 1 },
      },
      {
        response: (code) => (status = code),
        data: (chunk) => (text += chunk.toString()),
        end: () => resolve({ status, text }),
        error: reject,
      },
    );
  });
}

const chat = (more: object = {}) => ({
  model: 'demo',
  messages: [{ role: 'user', content: 'Good day' }],
  ...more,
});

describe('the demo vendor', () => {
  it('answers the same request with the same bytes', async () => {
    const first = await ask('/v1/chat/completions', chat());
    expect(first).toEqual(await ask('/v1/chat/completions', chat()));
    const answer = JSON.parse(first.text);
    expect(answer.choices[0].message.content).toContain('You said: Good day');
    expect(answer.usage.prompt_tokens).toBe(2);
    expect(answer.usage.total_tokens).toBe(2 + answer.usage.completion_tokens);
  });

  it('streams the same words, with usage when asked', async () => {
    const { text } = await ask(
      '/v1/chat/completions',
      chat({ stream: true, max_tokens: 3, stream_options: { include_usage: true } }),
    );
    const events = text.split('\n\n').filter((event) => event !== '');
    expect(events.at(-1)).toBe('data: [DONE]');
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)));
    const words = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(words.trim()).toBe("Hello from Tollgate's");
    expect(chunks.at(-1).usage).toEqual({ prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 });
    expect(chunks.at(-2).choices[0].finish_reason).toBe('length');
  });

  it('embeds a text as a unit vector of its own', async () => {
    const { text } = await ask('/v1/embeddings', { model: 'demo', input: ['a', 'b'] });
    const [a, b] = JSON.parse(text).data.map((item: { embedding: number[] }) => item.embedding);
    expect(Math.hypot(...a)).toBeCloseTo(1, 3);
    expect(a).not.toEqual(b);
  });

  it('refuses what is no JSON', async () => {
    expect((await ask('/v1/chat/completions', 'nonsense')).status).toBe(400);
  });
});
