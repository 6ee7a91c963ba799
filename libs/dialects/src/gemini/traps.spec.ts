import { describe, expect, it } from '@jest/globals';
import type { CanonicalRequest, Message } from '../canonical/request.js';
import type { StreamPart } from '../canonical/stream.js';
import { FULL_TARGET } from '../canonical/target.js';
import { Warnings } from '../canonical/warning.js';
import { gemini } from './index.js';

const PATH = { operation: 'chat', model: 'm', streamed: false } as const;
const TARGET = { ...FULL_TARGET, model: 'vendor-m', reasoning: 'gemini-budget' } as const;
const HI: Message = { role: 'user', content: [{ type: 'text', text: 'Hi' }] };

const foreign = (over: Partial<CanonicalRequest>): CanonicalRequest => ({
  ...{ origin: 'openai-chat', model: 'm', stream: false, system: [], messages: [HI], tools: [] },
  ...{ stopSequences: [], sampling: {}, extensions: {} },
  ...over,
});
const own = (body: object) =>
  gemini.outbound.encodeRequest(
    gemini.inbound.decodeRequest({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }], ...body }, PATH),
    TARGET,
  );

describe('what a vendor of the dialect is sent', () => {
  it('has results in the order of their calls, which have no ids there', () => {
    const call = (id: string, city: string) =>
      ({ type: 'tool-call', kind: 'function', id, name: 'weather', input: `{"city":"${city}"}` }) as const;
    const result = (toolCallId: string, text: string) =>
      ({ type: 'tool-result', kind: 'function', toolCallId, content: [{ type: 'text', text }] }) as const;
    const { body } = gemini.outbound.encodeRequest(
      foreign({
        messages: [
          HI,
          { role: 'assistant', content: [call('a', 'Paris'), call('b', 'Oslo')] },
          { role: 'tool', content: [result('b', 'cold'), result('a', 'warm')] },
        ],
      }),
      TARGET,
    );
    expect(body['contents']).toMatchObject([
      {},
      {
        parts: [{ functionCall: { args: { city: 'Paris' } } }, { functionCall: { args: { city: 'Oslo' } } }],
      },
      {
        parts: [
          { functionResponse: { response: { output: 'warm' } } },
          { functionResponse: { response: { output: 'cold' } } },
        ],
      },
    ]);
  });

  it('has schemas and modes in the words of a client of the dialect', () => {
    const written = {
      tools: [
        {
          functionDeclarations: [
            {
              name: 'f',
              parametersJsonSchema: { type: 'object', additionalProperties: { type: ['string', 'null'] } },
              behavior: 'NON_BLOCKING',
            },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'VALIDATED', streamFunctionCallArguments: true } },
      generationConfig: {
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'integer', exclusiveMinimum: 3 },
      },
    };
    const { body, warnings } = own(written);
    expect(body).toMatchObject(written);
    expect(warnings).toEqual([]);
  });

  it.each<[string, Partial<CanonicalRequest>, string[]]>([
    [
      'a grammar',
      { tools: [{ type: 'custom', name: 'c', format: { type: 'grammar' } }] },
      ['tools[0]', 'tools[].format'],
    ],
    ['strictness', { tools: [{ type: 'function', name: 'f', strict: true }] }, ['tools[].strict']],
    ['a tier it has not', { serviceTier: 'scale' }, ['serviceTier']],
    ['a tier it has', { serviceTier: 'priority' }, []],
  ])('is told with a warning, where it can not be: %s', (_what, request, fields) => {
    const { warnings } = gemini.outbound.encodeRequest(foreign(request), TARGET);
    expect(warnings.map(({ field }) => field)).toEqual(fields);
  });

  it('takes text documents even where it takes no files', () => {
    const file = { type: 'file', mediaType: 'text/plain', source: { kind: 'text', text: 'note' } } as const;
    const request = foreign({ messages: [{ role: 'user', content: [file] }] });
    const { body } = gemini.outbound.encodeRequest(request, { ...TARGET, files: false });
    expect(body['contents']).toEqual([{ role: 'user', parts: [{ text: 'note' }] }]);
  });
});

describe('what a client wrote', () => {
  it('may have properties that are called as keywords are', () => {
    const properties = { type: { type: 'STRING' }, enum: { type: 'INTEGER' }, default: { type: 'STRING' } };
    const { tools } = gemini.inbound.decodeRequest(
      {
        contents: [],
        tools: [{ functionDeclarations: [{ name: 'f', parameters: { type: 'OBJECT', properties } }] }],
      },
      PATH,
    );
    expect(tools[0]).toMatchObject({
      parameters: {
        properties: { type: { type: 'string' }, enum: { type: 'integer' }, default: { type: 'string' } },
      },
    });
  });

  it.each<[object, string, boolean]>([
    [{ output: 'x', error: null }, 'x', false],
    [{ data: 1, error: null }, '{"data":1,"error":null}', false],
    [{ error: 'no' }, 'no', true],
    [{ output: 'x', error: 'no' }, '{"output":"x","error":"no"}', true],
  ])('is a failure only when it holds an error: %j', (response, text, isError) => {
    const { messages } = gemini.inbound.decodeRequest(
      { contents: [{ role: 'user', parts: [{ functionResponse: { name: 'f', response } }] }] },
      PATH,
    );
    expect(messages[0]?.content[0]).toMatchObject({
      content: [{ text }],
      ...(isError ? { isError } : {}),
    });
    expect(messages[0]?.content[0]).toHaveProperty('kind', 'function');
    expect('isError' in (messages[0]?.content[0] ?? {})).toBe(isError);
  });
});

function decode(...chunks: object[]): { parts: StreamPart[]; complete: boolean } {
  const parts: StreamPart[] = [];
  const decoder = gemini.outbound.decodeStream((part) => parts.push(part));
  for (const chunk of chunks) decoder.push('', JSON.stringify(chunk));
  decoder.end();
  return { parts, complete: decoder.complete };
}

describe('what a vendor answers', () => {
  it('has ids of calls that no other answer of the conversation has', () => {
    const idOf = (responseId: string) =>
      decode({
        candidates: [{ content: { parts: [{ functionCall: { name: 'f' } }] }, finishReason: 'STOP' }],
        responseId,
      }).parts.find((part) => part.type === 'tool-call-start');
    expect(idOf('one')).toMatchObject({ id: 'call_one-0_f' });
    expect(idOf('two')).toMatchObject({ id: 'call_two-0_f' });
  });

  it('is complete when all of its candidates are', () => {
    const candidate = (index: number, finishReason?: string) => ({ index, content: {}, finishReason });
    const first = { candidates: [candidate(0, 'STOP'), candidate(1)] };
    expect(decode(first).complete).toBe(false);
    expect(decode(first, { candidates: [candidate(1, 'STOP')] }).complete).toBe(true);
  });

  it('shows no picture that the model only thought with', () => {
    const inlineData = { mimeType: 'image/png', data: 'AA==' };
    const { parts } = decode({
      candidates: [
        { content: { parts: [{ thought: true, inlineData }, { inlineData }] }, finishReason: 'STOP' },
      ],
    });
    expect(parts.filter(({ type }) => type === 'image')).toHaveLength(1);
  });

  it('is read in time, however many sources it has', () => {
    const text = 'é😀'.repeat(50_000);
    const groundingSupports = Array.from({ length: 3_000 }, (_, index) => ({
      segment: { startIndex: 6 * index, endIndex: 300_000 - 6 * index },
      groundingChunkIndices: [0],
    }));
    const begun = performance.now();
    const { parts } = decode({
      candidates: [
        {
          content: { parts: [{ text }] },
          finishReason: 'STOP',
          groundingMetadata: {
            groundingChunks: [{ web: { uri: 'https://example.com' } }],
            groundingSupports,
          },
        },
      ],
    });
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(parts.filter((part) => part.type === 'citation')[1]?.citation).toMatchObject({
      start: 3,
      end: 149_997,
    });
  });

  it.each<[string, () => unknown, string]>([
    [
      'a vector with a hole',
      () => gemini.outbound.embeddings.decodeResponse({ embeddings: [{ values: [1, null] }] }),
      'upstream_invalid_response',
    ],
    [
      'a count below nothing',
      () => gemini.outbound.tokenCount.decodeResponse({ totalTokens: -1 }),
      'upstream_invalid_response',
    ],
    [
      'an error in place of a count',
      () => gemini.outbound.tokenCount.decodeResponse({ error: { status: 'RESOURCE_EXHAUSTED' } }),
      'upstream_rate_limited',
    ],
  ])('is refused when it is no answer: %s', (_what, work, code) => {
    expect(work).toThrow(expect.objectContaining({ code }));
  });
});

describe('what a client of the dialect reads', () => {
  const context = () => ({
    ...{ request: foreign({}), requestId: 'r-1', now: 1, warnings: new Warnings(), streamUsage: true },
  });
  const answer = { id: null, model: null, createdAt: null, choices: [] };

  it('has no usage that the vendor did not tell', () => {
    expect(gemini.inbound.encodeResponse({ ...answer, usage: undefined }, context())).not.toHaveProperty(
      'usageMetadata',
    );
    expect(gemini.inbound.encodeStream(context()).end()).not.toContain('usageMetadata');
  });

  it('tells sounds and pictures apart from text', () => {
    const usage = {
      input: 5,
      audioInput: 7,
      imageInput: 3,
      cacheRead: 2,
      output: 1,
      audioOutput: 4,
      reasoning: 6,
    };
    expect(gemini.inbound.encodeResponse({ ...answer, usage }, context())).toMatchObject({
      usageMetadata: {
        promptTokenCount: 17,
        candidatesTokenCount: 5,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 7 },
          { modality: 'AUDIO', tokenCount: 7 },
          { modality: 'IMAGE', tokenCount: 3 },
        ],
        candidatesTokensDetails: [
          { modality: 'TEXT', tokenCount: 1 },
          { modality: 'AUDIO', tokenCount: 4 },
        ],
      },
    });
  });
});
