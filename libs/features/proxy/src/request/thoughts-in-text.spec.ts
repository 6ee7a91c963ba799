import { describe, expect, it } from '@jest/globals';
import {
  replayResponse,
  ResponseCollector,
  type CanonicalResponse,
  type StreamPart,
} from '@tollgate/dialects';
import { ThoughtsInText, thoughtsInText } from './thoughts-in-text.js';

const response: CanonicalResponse = {
  id: 'r',
  model: 'm',
  createdAt: 1,
  usage: { input: 1, output: 2 },
  choices: [
    {
      parts: [
        { type: 'reasoning', text: 'Two and two.' },
        { type: 'reasoning', text: '', redacted: true },
        { type: 'text', text: 'Four.' },
      ],
      finish: { reason: 'stop', raw: 'stop' },
    },
  ],
};
const expected = [
  { type: 'text', text: '<think>\nTwo and two.\n</think>\n\n' },
  { type: 'text', text: 'Four.' },
];

describe('thoughts in the text', () => {
  it('stand between tags, hidden ones not at all', () => {
    expect(thoughtsInText(response).choices[0]?.parts).toEqual(expected);
  });

  it('stream as they stand in a whole answer', () => {
    const parts: StreamPart[] = [];
    const thoughts = new ThoughtsInText((part) => parts.push(part));
    replayResponse(response, (part) => thoughts.push(part));
    const collector = new ResponseCollector();
    parts.forEach((part) => collector.push(part));
    expect(collector.response).toEqual({
      ...response,
      choices: [{ ...response.choices[0], parts: expected }],
    });
  });
});
