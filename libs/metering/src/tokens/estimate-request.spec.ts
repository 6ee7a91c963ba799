import { describe, expect, it } from '@jest/globals';
import type { CanonicalRequest, Part } from '@tollgate/dialects';
import { estimateAnswer, estimateRequest } from './estimate-request.js';

/** One token a character: shows what is counted. */
const characters = { countText: (text: string) => Promise.resolve(text.length) };

/** A PNG of 1024 × 1024, as far as its header. */
const PNG = Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'),
  Buffer.from([0, 0, 4, 0, 0, 0, 4, 0, 8, 6, 0, 0, 0]),
]).toString('base64');

function requestOf(changes: Partial<CanonicalRequest>): CanonicalRequest {
  return {
    origin: 'openai-chat',
    model: 'm',
    stream: false,
    ...{ system: [], messages: [], tools: [], stopSequences: [], sampling: {}, extensions: {} },
    ...changes,
  };
}

const asked = (...content: readonly Part[]) => requestOf({ messages: [{ role: 'user', content }] });
const image = { type: 'image', source: { kind: 'base64', data: PNG, mediaType: 'image/png' } } as const;
const text = (value: string) => ({ type: 'text', text: value }) as const;

describe('the estimate of a request', () => {
  it('counts all that is said, and a little for each message', async () => {
    const request = requestOf({
      system: [text('12')],
      messages: [
        { role: 'user', name: 'me', content: [text('123')] },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: '1234' },
            { type: 'tool-call', id: 'c', name: 'f', input: '{}', kind: 'function' },
          ],
        },
        {
          role: 'tool',
          content: [{ type: 'tool-result', toolCallId: 'c', kind: 'function', content: [text('12345')] }],
        },
      ],
    });
    const texts = '12\nme\n123\n1234\nf\n{}\n12345';
    expect(await estimateRequest(request, characters)).toEqual({
      input: 3 + 3 * 3 + texts.length,
      audioInput: 0,
      imageInput: 0,
    });
  });

  it('counts tools and the schema of the answer', async () => {
    const parameters = { type: 'object' };
    const request = requestOf({
      tools: [
        { type: 'function', name: 'f', description: 'does', parameters },
        { type: 'builtin', kind: 'web-search', origin: 'openai-chat', value: { type: 'web_search' } },
      ],
      responseFormat: { type: 'json-schema', name: 'n', schema: parameters },
    });
    const texts = 'f\ndoes\n{"type":"object"}\n{"type":"web_search"}\n{"type":"object"}';
    expect((await estimateRequest(request, characters)).input).toBe(3 + texts.length);
  });

  it.each([
    ['openai-chat', 765],
    ['anthropic-messages', 1_399],
    ['gemini', 4 * 258],
  ] as const)('takes the rule for images of %s', async (dialect, tokens) => {
    expect((await estimateRequest(asked(image), characters, dialect)).imageInput).toBe(tokens);
    expect((await estimateRequest({ ...asked(image), origin: dialect }, characters)).imageInput).toBe(tokens);
  });

  it('takes what it does not see for a thing of usual size', async () => {
    const url = { kind: 'url', url: 'https://example.com/x' } as const;
    const request = asked(
      { type: 'image', source: url, detail: 'low' },
      { type: 'audio', source: url },
      { type: 'file', source: url, mediaType: 'application/pdf' },
    );
    expect(await estimateRequest(request, characters)).toEqual({
      input: 6 + 15_000,
      audioInput: 600,
      imageInput: 85,
    });
  });

  it('reads texts and tells kinds of files apart', async () => {
    const file = (mediaType: string, data: string | Buffer) =>
      ({
        type: 'file',
        mediaType,
        source: { kind: 'base64', mediaType, data: Buffer.from(data).toString('base64') },
      }) as const;
    const request = asked(
      { type: 'file', mediaType: 'text/plain', title: 'T', source: { kind: 'text', text: 'abc' } },
      file('text/csv', 'a,b'),
      file('application/pdf', '%PDF <</Type/Page>> <</Type/Page>>'),
      file('image/png', Buffer.from(PNG, 'base64')),
      file('audio/mpeg', Buffer.alloc(16_000)),
      file('video/mp4', Buffer.alloc(125_000)),
    );
    expect(await estimateRequest(request, characters, 'gemini')).toEqual({
      input: 6 + 'T\nabc\na,b'.length + 2 * 258,
      audioInput: 32,
      imageInput: 4 * 258 + 263,
    });
  });

  it('survives what can not be written', async () => {
    const value = { amount: 1n };
    const request = asked({ type: 'opaque', origin: 'gemini', kind: 'x', value });
    expect((await estimateRequest(request, characters)).input).toBe(6);
  });
});

describe('the estimate of an answer', () => {
  it('is its text, counted', async () => {
    expect(await estimateAnswer('12345', characters)).toEqual({ output: 5 });
  });
});
