import { GatewayError } from '@tollgate/contracts';
import { describe, expect, it } from '@jest/globals';
import { inTwo, readStream } from '../../test-support/read-stream.js';
import { ResponseCollector } from '../canonical/collect.js';
import type { StreamPart } from '../canonical/stream.js';
import { FULL_TARGET } from '../canonical/target.js';
import { usageTotals } from '../canonical/usage.js';
import { gemini, GeminiJsonArray } from './index.js';
import { toReportedUsage } from './usage.js';

const PATH = { operation: 'chat', model: 'm', streamed: false } as const;
const target = { ...FULL_TARGET, model: 'vendor-m', reasoning: 'gemini-budget' } as const;
const ask = (more: object) =>
  gemini.inbound.decodeRequest({ contents: [{ parts: [{ text: 'Hi' }] }], ...more }, PATH);
const chunk = (parts: object[], more: object = {}) => ({ candidates: [{ content: { parts }, ...more }] });

function decode(chunks: readonly object[]): { parts: StreamPart[]; complete: boolean } {
  const parts: StreamPart[] = [];
  const decoder = gemini.outbound.decodeStream((part) => parts.push(part));
  for (const each of chunks) decoder.push('', JSON.stringify(each));
  decoder.end();
  return { parts, complete: decoder.complete };
}

describe('a Gemini request', () => {
  it('may be spelt in snake case, but for what is the tenant’s own', () => {
    const request = ask({
      system_instruction: { parts: [{ text: 'Be brief.' }] },
      generation_config: { max_output_tokens: 5, stop_sequences: ['x'] },
      tools: [
        {
          function_declarations: [
            { name: 'f', parameters: { type: 'OBJECT', properties: { snake_case: { type: 'STRING' } } } },
          ],
        },
      ],
    });
    expect(request).toMatchObject({
      outputTokensMax: 5,
      stopSequences: ['x'],
      system: [{ text: 'Be brief.' }],
    });
    expect(request.tools[0]).toMatchObject({
      parameters: { type: 'object', properties: { snake_case: { type: 'string' } } },
    });
  });

  it('pairs results with calls by name and order, ids or not', () => {
    const call = (name: string) => ({ functionCall: { name, args: {} } });
    const result = (name: string) => ({ functionResponse: { name, response: { output: name } } });
    const request = ask({
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }] },
        { role: 'model', parts: [call('f'), call('g'), call('f')] },
        { role: 'function', parts: [result('g'), result('f'), result('f')] },
      ],
    });
    const ids = request.messages[1]!.content.map((part) => (part.type === 'tool-call' ? part.id : ''));
    const answered = request.messages[2]!.content.map((part) =>
      part.type === 'tool-result' ? part.toolCallId : '',
    );
    expect(new Set(ids).size).toBe(3);
    expect(answered).toEqual([ids[1], ids[0], ids[2]]);
  });

  it('asks a model that thinks in levels for a level', () => {
    const encode = (reasoning: object) =>
      gemini.outbound.encodeRequest({ ...ask({}), reasoning }, { ...target, reasoning: 'gemini-level' });
    expect(encode({ effort: 'xhigh' }).body).toMatchObject({
      generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } },
    });
    expect(encode({ budgetTokens: 0 })).toMatchObject({
      body: { generationConfig: { thinkingConfig: { thinkingLevel: 'MINIMAL' } } },
      warnings: [{ code: 'approximated', field: 'reasoning' }],
    });
  });

  it('stands in for signatures of calls that another model made, where one is demanded', () => {
    const request = {
      ...ask({}),
      origin: 'openai-chat' as const,
      messages: [
        { role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] },
        {
          role: 'assistant' as const,
          content: ['a', 'b'].map((id) => ({
            type: 'tool-call' as const,
            kind: 'function' as const,
            id,
            name: 'f',
            input: '{}',
          })),
        },
      ],
    };
    const { body } = gemini.outbound.encodeRequest(request, { ...target, callSignatures: true });
    expect(body['contents']).toMatchObject([
      {},
      {
        parts: [
          { thoughtSignature: 'skip_thought_signature_validator' },
          expect.not.objectContaining({ thoughtSignature: expect.anything() }),
        ],
      },
    ]);
  });

  it.each<[string, object, string]>([
    ['a body without contents', {}, 'contents'],
    ['a part that is no object', { contents: [{ parts: ['x'] }] }, 'contents[0].parts[0]'],
    [
      'a call without a name',
      { contents: [{ parts: [{ functionCall: {} }] }] },
      'contents[0].parts[0].functionCall.name',
    ],
  ])('is refused with the path at fault: %s', (_what, body, field) => {
    expect(() => gemini.inbound.decodeRequest(body, PATH)).toThrow(
      expect.objectContaining({ code: 'invalid_request', field }),
    );
  });
});

describe('a Gemini answer', () => {
  it('is blocked when the prompt was', () => {
    const response = gemini.outbound.decodeResponse({
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 3 },
    });
    expect(response.choices).toMatchObject([
      { parts: [], finish: { reason: 'content-filter', raw: 'SAFETY' } },
    ]);
  });

  it('keeps signatures at their parts', () => {
    const { parts } = decode([
      chunk([{ text: 'hm', thought: true, thoughtSignature: 'one' }]),
      chunk([{ functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'two' }], {
        finishReason: 'STOP',
      }),
    ]);
    const collector = new ResponseCollector();
    parts.forEach((part) => collector.push(part));
    expect(collector.response.choices[0]).toMatchObject({
      parts: [
        { type: 'reasoning', signature: { value: 'one' } },
        { type: 'tool-call', name: 'f', input: '{"a":1}', signature: { value: 'two' } },
      ],
      finish: { reason: 'tool-calls' },
    });
  });

  it('is complete once a reason to finish came, and not before', () => {
    const chunks = [
      chunk([{ text: 'a' }]),
      chunk([{ text: 'b' }]),
      chunk([{ text: 'c' }], { finishReason: 'STOP' }),
    ];
    expect([1, 2, 3].map((count) => decode(chunks.slice(0, count)).complete)).toEqual([false, false, true]);
  });

  it('is the same however its bytes are cut', () => {
    const text = [chunk([{ text: 'Grüße 🎉' }]), chunk([{ text: '!' }], { finishReason: 'STOP' })]
      .map((each) => `data: ${JSON.stringify(each)}\r\n\r\n`)
      .join('');
    const read = (pieces: readonly Buffer[]) => readStream(gemini.outbound, pieces).parts;
    const bytes = Buffer.from(text);
    const whole = read([bytes]);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(read(inTwo(bytes, cut))).toEqual(whole);
    }
  });

  it.each<[object, object]>([
    [
      { promptTokenCount: 10, candidatesTokenCount: 4 },
      { input: 10, output: 4 },
    ],
    [
      { promptTokenCount: 10, cachedContentTokenCount: 8, candidatesTokenCount: 4, thoughtsTokenCount: 6 },
      { input: 10, cacheRead: 8, output: 10, reasoning: 6 },
    ],
    [
      { promptTokenCount: 10, toolUsePromptTokenCount: 5, candidatesTokenCount: 1 },
      { input: 15, output: 1 },
    ],
    [
      {
        promptTokenCount: 300,
        candidatesTokenCount: 1,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 42 },
          { modality: 'IMAGE', tokenCount: 258 },
        ],
      },
      { input: 300, imageInput: 258, output: 1 },
    ],
    [
      { candidatesTokenCount: 20, candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 15 }] },
      { input: 0, output: 20, audioOutput: 15 },
    ],
  ])('%j counts %j', (metadata, totals) => {
    expect(usageTotals(toReportedUsage(metadata as never))).toMatchObject(totals);
  });

  it('counts nothing where nothing is counted', () => {
    expect(toReportedUsage({ totalTokenCount: 5 })).toBeUndefined();
    expect(gemini.outbound.readUsage(Buffer.from('{"candidates":[]}'))).toBeUndefined();
  });
});

describe('a Gemini error', () => {
  it.each([
    ['invalid_request', 400, 'INVALID_ARGUMENT'],
    ['invalid_api_key', 401, 'UNAUTHENTICATED'],
    ['model_not_allowed', 403, 'PERMISSION_DENIED'],
    ['model_not_found', 404, 'NOT_FOUND'],
    ['upstream_rate_limited', 429, 'RESOURCE_EXHAUSTED'],
    ['internal_error', 500, 'INTERNAL'],
    ['no_channel_available', 503, 'UNAVAILABLE'],
    ['upstream_timeout', 504, 'DEADLINE_EXCEEDED'],
  ] as const)('%s is %i %s', (code, status, word) => {
    const encoded = gemini.inbound.encodeError(new GatewayError(code, 'No.'), 'r1');
    expect(encoded.status).toBe(status);
    expect(JSON.parse(encoded.body)).toMatchObject({
      error: { code: status, status: word, message: 'No.', details: [{ reason: code }] },
    });
  });

  it('is read with its reason, also out of an array', () => {
    const error = {
      code: 400,
      message: 'API key not valid.',
      status: 'INVALID_ARGUMENT',
      details: [{ reason: 'API_KEY_INVALID' }],
    };
    for (const body of [{ error }, [{ error }]]) {
      expect(gemini.outbound.decodeError(400, Buffer.from(JSON.stringify(body)))).toEqual({
        message: error.message,
        code: 'API_KEY_INVALID',
      });
    }
    expect(gemini.outbound.decodeError(502, Buffer.from('<html>'))).toEqual({
      message: 'The vendor answered with status 502.',
      code: null,
    });
  });

  it('in a stream is raised', () => {
    expect(() =>
      decode([chunk([{ text: 'a' }]), { error: { status: 'RESOURCE_EXHAUSTED', message: 'slow down' } }]),
    ).toThrow(expect.objectContaining({ code: 'upstream_rate_limited', retry: 'next-channel' }));
  });
});

it('a stream without events is one JSON array, however it is cut', () => {
  const bytes = Buffer.from('data: {"a":"ü"}\r\n\r\ndata: {"b":2}\r\n\r\n');
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const array = new GeminiJsonArray();
    const out = [array.push(bytes.subarray(0, cut)), array.push(bytes.subarray(cut)), array.end()];
    expect(JSON.parse(Buffer.concat(out).toString())).toEqual([{ a: 'ü' }, { b: 2 }]);
  }
  expect(new GeminiJsonArray().end().toString()).toBe('[]');
});
