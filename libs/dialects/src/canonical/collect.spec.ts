import { describe, expect, it } from '@jest/globals';
import { ResponseCollector } from './collect.js';
import { replayResponse } from './replay.js';
import type { CanonicalResponse } from './response.js';

const response: CanonicalResponse = {
  id: 'r1',
  model: 'm',
  createdAt: 5,
  usage: { input: 3, output: 4 },
  choices: [
    {
      parts: [
        { type: 'reasoning', text: 'hm', id: 'rs_1', signature: { origin: 'openai-responses', value: 's' } },
        {
          type: 'text',
          text: 'See this.',
          citations: [{ url: 'https://a.example', title: 'A', citedText: null, start: 0, end: 3 }],
        },
        { type: 'tool-call', id: 'c1', name: 'f', input: '{"x":1}', kind: 'function' },
        { type: 'refusal', text: 'no' },
        { type: 'image', source: { kind: 'base64', data: 'AA==', mediaType: 'image/png' } },
        { type: 'opaque', origin: 'gemini', kind: 'executableCode', value: { code: 'x' } },
      ],
      finish: { reason: 'tool-calls', raw: 'tool_calls' },
      logprobs: [{ token: 'a', logprob: -1, top: [] }],
    },
    { parts: [], finish: { reason: 'length', raw: 'length' } },
  ],
};

describe('an answer told as a stream', () => {
  it('collects to what it was', () => {
    const collector = new ResponseCollector();
    replayResponse(response, (part) => collector.push(part));
    expect(collector.response).toEqual(response);
  });

  it('gives a call without arguments an empty object', () => {
    const collector = new ResponseCollector();
    collector.push({ type: 'tool-call-start', choice: 0, id: 'c', name: 'f', kind: 'function' });
    collector.push({ type: 'tool-call-end', choice: 0 });
    expect(collector.response.choices[0]?.parts).toMatchObject([{ input: '{}' }]);
  });
});
