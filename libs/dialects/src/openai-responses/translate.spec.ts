import { describe, expect, it } from '@jest/globals';
import { EMPTY_REQUEST, user } from '../../test-support/canonical-request.js';
import type { CanonicalRequest } from '../canonical/request.js';
import { FULL_TARGET, type TargetProfile } from '../canonical/target.js';
import { warningLabel } from '../canonical/warning.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest, encodeTokenCountRequest } from './encode-request.js';

const FOREIGN: CanonicalRequest = {
  ...EMPTY_REQUEST,
  ...{ origin: 'anthropic-messages', stream: true },
  messages: [user('Hello')],
};

function encode(members: Partial<CanonicalRequest>, profile: Partial<TargetProfile> = {}) {
  const encoded = encodeRequest({ ...FOREIGN, ...members }, { ...FULL_TARGET, model: 'v', ...profile });
  return { body: encoded.body, warnings: encoded.warnings.map(warningLabel) };
}

describe('a request of another dialect', () => {
  it('leaves nothing at the vendor', () => {
    expect(encode({}).body).toEqual({
      model: 'v',
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
      stream: true,
      store: false,
    });
  });

  it('asks for the state of reasoning where there will be some', () => {
    expect(encode({ reasoning: { budgetTokens: 8_000, visible: true } })).toMatchObject({
      body: { reasoning: { effort: 'medium', summary: 'auto' }, include: ['reasoning.encrypted_content'] },
      warnings: ['approximated:reasoning.budgetTokens'],
    });
    expect(encode({ reasoning: { effort: 'none' } }).body).not.toHaveProperty('include');
    expect(encode({ reasoning: { effort: 'low' } }, { reasoning: 'none' })).toMatchObject({
      warnings: ['dropped:reasoning'],
    });
  });

  it('says that functions are not strict unless they are meant to be', () => {
    const { body } = encode({ tools: [{ type: 'function', name: 'f' }] });
    expect(body['tools']).toEqual([
      { type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false },
    ]);
  });

  it('gives reasoning back to its own vendor only', () => {
    const own = { origin: 'openai-responses', value: 'gAAA' } as const;
    const foreign = { origin: 'anthropic-messages', value: 'sig' } as const;
    const { body, warnings } = encode({
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'Mine.', signature: own },
            { type: 'reasoning', text: 'Theirs.', signature: foreign },
          ],
        },
      ],
    });
    expect(body['input']).toEqual([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Mine.' }], encrypted_content: 'gAAA' },
    ]);
    expect(warnings).toEqual(['dropped:messages[0].content[1]']);
  });

  it.each([
    [{ stopSequences: ['END'] }, 'stopSequences'],
    [{ choices: 2 }, 'choices'],
    [{ tools: [{ type: 'builtin', kind: 'memory', origin: 'anthropic-messages', value: {} }] }, 'tools[0]'],
    [
      {
        toolChoice: { type: 'builtin', origin: 'gemini', value: {} },
        tools: [{ type: 'custom', name: 'c' }],
      },
      'toolChoice',
    ],
  ] as const)('is refused where leaving out %j would change the answer', (members, field) => {
    expect(() => encode(members)).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', retry: 'next-channel', field }),
    );
  });

  it('is told what is left out', () => {
    const sampling = { temperature: 1, topK: 3, seed: 1, frequencyPenalty: 1, presencePenalty: 1 };
    const { body, warnings } = encode(
      { sampling, logitBias: {}, outputTokensMax: 5, extensions: { other: 1 } },
      { unsupported: new Set(['temperature']) },
    );
    expect(body).not.toHaveProperty('temperature');
    expect(body).toMatchObject({ max_output_tokens: 16 });
    expect([...warnings].sort()).toEqual([
      'approximated:outputTokensMax',
      ...['frequencyPenalty', 'logitBias', 'other', 'presencePenalty', 'seed', 'temperature', 'topK'].map(
        (name) => `dropped:${name}`,
      ),
    ]);
  });

  it('writes a schema into the instructions where the vendor takes none', () => {
    const responseFormat = { type: 'json-schema', name: 'n', schema: { type: 'object' } } as const;
    const { body, warnings } = encode({ responseFormat }, { structuredOutput: 'json-object' });
    expect(body).toMatchObject({ text: { format: { type: 'json_object' } } });
    expect(body['instructions']).toContain('{"type":"object"}');
    expect(warnings).toEqual(['approximated:responseFormat', 'added:messages']);
  });

  it('is counted without what concerns the answer', () => {
    const target = { ...FULL_TARGET, model: 'v' };
    expect(Object.keys(encodeTokenCountRequest({ ...FOREIGN, outputTokensMax: 50 }, target).body)).toEqual([
      'model',
      'input',
    ]);
  });
});

const decode = (members: object) => decodeRequest({ model: 'm', input: 'Hello', ...members });

describe('a request of this dialect', () => {
  it('makes one turn of what the model wrote in a row, and one of the results', () => {
    const { messages } = decode({
      input: [
        { role: 'user', content: 'Go.' },
        { type: 'reasoning', summary: [{ text: 'A' }, { text: 'B' }], encrypted_content: 'x' },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '' },
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        { type: 'function_call_output', call_id: 'c1', output: 'ok' },
        { type: 'computer_call_output', call_id: 'c2', output: {} },
        { role: 'developer', content: 'Be kind.' },
      ],
    });
    expect(messages.map(({ role, content }) => [role, content.map(({ type }) => type)])).toEqual([
      ['user', ['text']],
      ['assistant', ['reasoning', 'tool-call', 'opaque']],
      ['tool', ['tool-result', 'opaque']],
      ['system', ['text']],
    ]);
    expect(messages[1]?.content.slice(0, 2)).toMatchObject([{ text: 'A\n\nB' }, { input: '{}' }]);
    expect(messages[2]?.content[0]).toMatchObject({ toolCallId: 'c1', toolName: 'f' });
  });

  it('does not speak of what is done anyway', () => {
    const { extensions, fulfilled } = decode({
      ...{ store: false, background: false, include: ['reasoning.encrypted_content'] },
      ...{ stream_options: { include_obfuscation: false }, truncation: 'auto', top_logprobs: null },
    });
    expect(extensions).toEqual({ truncation: 'auto' });
    expect(fulfilled).toMatchObject({ store: false });
  });

  it.each([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ conversation: { id: 'conv_1' } }, 'conversation'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0]'],
    [{ input: [{ type: 'compaction', encrypted_content: 'x' }] }, 'input[0]'],
  ])('is left to the vendor that knows %j', (members, field) => {
    expect(() => decode(members)).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', retry: 'next-channel', field }),
    );
  });

  it.each([
    [{ input: 7 }, 'input'],
    [{ input: [{ role: 'robot', content: 'x' }] }, 'input[0].role'],
    [{ input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, 'input[0].content[0].text'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, 'input[0].content[0]'],
    [{ input: [{ type: 'function_call', call_id: 'c', name: 'f' }] }, 'input[0].arguments'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name'],
    [{ text: { format: { type: 'json_schema', name: 'n' } } }, 'text.format.schema'],
    [{ max_output_tokens: 0 }, 'max_output_tokens'],
    [{ temperature: 'hot' }, 'temperature'],
  ])('is refused, naming the field: %j', (members, field) => {
    expect(() => decode(members)).toThrow(expect.objectContaining({ code: 'invalid_request', field }));
  });
});
