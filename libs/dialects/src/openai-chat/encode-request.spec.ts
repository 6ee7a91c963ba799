import { describe, expect, it } from '@jest/globals';
import { GatewayError, type DialectId } from '@tollgate/contracts';
import { EMPTY_REQUEST, user } from '../../test-support/canonical-request.js';
import type { Part } from '../canonical/part.js';
import type { CanonicalRequest, ReasoningRequest } from '../canonical/request.js';
import { FULL_TARGET, type TargetProfile } from '../canonical/target.js';
import { openaiChat } from './index.js';

const BASE: CanonicalRequest = {
  ...EMPTY_REQUEST,
  origin: 'anthropic-messages',
  messages: [user('Hi')],
};

function encode(request: Partial<CanonicalRequest>, target: Partial<TargetProfile> = {}) {
  const profile = { ...FULL_TARGET, model: 'v', ...target };
  const { body, warnings } = openaiChat.outbound.encodeRequest({ ...BASE, ...request }, profile);
  return { body, warnings: warnings.map(({ code, field }) => `${code}:${field}`) };
}

const said = (role: 'user' | 'assistant' | 'tool', content: readonly Part[]) => ({
  messages: [{ role, content }],
});
const image: Part = { type: 'image', source: { kind: 'base64', data: 'AA==', mediaType: 'image/png' } };
const wireImage = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };

describe('reasoning asked for', () => {
  it.each<[TargetProfile['reasoning'], ReasoningRequest, object, string[]]>([
    ['effort', { effort: 'low' }, { reasoning_effort: 'low' }, []],
    ['effort', { effort: 'none' }, { reasoning_effort: 'none' }, []],
    ['effort', { budgetTokens: 5_000 }, { reasoning_effort: 'medium' }, ['approximated:reasoning']],
    ['effort', { budgetTokens: -1 }, {}, []],
    ['effort', { effort: 'low', visible: false }, { reasoning_effort: 'low' }, ['dropped:reasoning.visible']],
    ['openrouter', { effort: 'low', visible: false }, { reasoning: { effort: 'low', exclude: true } }, []],
    ['openrouter', { budgetTokens: 5_000 }, { reasoning: { max_tokens: 5_000 } }, []],
    ['openrouter', { budgetTokens: -1 }, { reasoning: { enabled: true } }, []],
    ['openrouter', { effort: 'none' }, { reasoning: { enabled: false } }, []],
    ['thinking-type', { effort: 'none' }, { thinking: { type: 'disabled' } }, []],
    ['thinking-type', { effort: 'high' }, { thinking: { type: 'enabled' } }, ['approximated:reasoning']],
    ['thinking-type', { budgetTokens: -1 }, { thinking: { type: 'enabled' } }, []],
    ['enable-thinking', { budgetTokens: 900 }, { enable_thinking: true, thinking_budget: 900 }, []],
    ['enable-thinking', { effort: 'none' }, { enable_thinking: false }, []],
    ['chat-template', { budgetTokens: -1 }, { chat_template_kwargs: { enable_thinking: true } }, []],
    ['none', { effort: 'high' }, {}, ['dropped:reasoning']],
  ])('by %s: %j', (control, reasoning, members, warnings) => {
    const encoded = encode({ reasoning }, { reasoning: control });
    const { model: _, messages: __, ...others } = encoded.body;
    expect(others).toEqual(members);
    expect(encoded.warnings).toEqual(warnings);
  });
});

describe('reasoning given back', () => {
  const thought = (origin: DialectId): Part => ({
    type: 'reasoning',
    text: 'So.',
    signature: { origin, value: '{"type":"reasoning.text","signature":"s"}' },
  });
  const own = { type: 'reasoning.text', signature: 's', text: 'So.' };

  it.each<[TargetProfile['reasoningHistory'], DialectId, object, string[]]>([
    ['none', 'openai-chat', {}, ['dropped:messages[0].content.reasoning']],
    ['reasoning_content', 'openai-chat', { reasoning_content: 'So.' }, []],
    ['reasoning', 'openai-chat', { reasoning: 'So.' }, []],
    ['reasoning_details', 'openai-chat', { reasoning_details: [own] }, []],
    ['reasoning_content', 'gemini', { reasoning_content: 'So.' }, ['dropped:messages[0].content.signature']],
    ['reasoning_details', 'gemini', { reasoning: 'So.' }, ['dropped:messages[0].content.signature']],
  ])('as %s, made by %s', (reasoningHistory, origin, members, warnings) => {
    const content = [thought(origin), { type: 'text', text: 'Yes' } as const];
    const encoded = encode(said('assistant', content), { reasoningHistory });
    expect(encoded.body['messages']).toEqual([{ role: 'assistant', content: 'Yes', ...members }]);
    expect(encoded.warnings).toEqual(warnings);
  });
});

describe('the parameters', () => {
  it('name the limit as the target does, and leave out what it does not take', () => {
    const request = { outputTokensMax: 9, sampling: { topK: 4, temperature: 1 }, stopSequences: ['x'] };
    const encoded = encode(request, {
      outputLimitField: 'max_completion_tokens',
      unsupported: new Set(['topK', 'stopSequences', 'user'] as const),
    });
    expect(encoded.body).toMatchObject({ max_completion_tokens: 9, temperature: 1 });
    expect(Object.keys(encoded.body)).not.toEqual(expect.arrayContaining(['top_k']));
    expect(encoded.warnings).toEqual(['dropped:topK', 'dropped:stopSequences']);
  });

  it('ask for usage of a stream where the vendor wants to be asked', () => {
    expect(encode({ stream: true }).body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(encode({ stream: true }, { streamUsage: false }).body).not.toHaveProperty('stream_options');
  });

  it('keep unknown members of the own dialect, and tell of those of others', () => {
    const extensions = { verbosity: 'low', stream_options: { include_obfuscation: false } };
    expect(encode({ origin: 'openai-chat', extensions }).body).toMatchObject({ verbosity: 'low' });
    expect(encode({ origin: 'openai-chat', extensions }).body).not.toHaveProperty('stream_options');
    expect(encode({ extensions: { container: 'x' } }).warnings).toEqual(['dropped:container']);
  });

  it.each<[TargetProfile['structuredOutput'], object | undefined]>([
    ['json-object', { type: 'json_object' }],
    ['none', undefined],
  ])('write a schema into the instructions where the best is %s', (structuredOutput, format) => {
    const responseFormat = { type: 'json-schema', name: 'a', schema: { type: 'array' } } as const;
    const { body, warnings } = encode({ responseFormat }, { structuredOutput });
    expect(body['response_format']).toEqual(format);
    expect(JSON.stringify(body['messages'])).toContain('{\\"type\\":\\"array\\"}');
    expect(warnings).toEqual(['approximated:responseFormat']);
  });
});

describe('messages', () => {
  it('tell several instructions of another dialect as one, by the role that the target wants', () => {
    const system = [{ type: 'text', text: 'A' } as const, { type: 'text', text: 'B', cache: {} } as const];
    const { body, warnings } = encode({ system, messages: [] }, { systemRole: 'developer' });
    expect(body['messages']).toEqual([{ role: 'developer', content: 'A\n\nB' }]);
    expect(warnings).toEqual(['dropped:cache']);
  });

  it("move a tool's pictures behind all results", () => {
    const call = (id: string): Part => ({ type: 'tool-call', id, name: 'f', input: '{}', kind: 'function' });
    const result = (toolCallId: string, content: [Part & { type: 'image' }] | []): Part => ({
      ...{ type: 'tool-result', toolCallId, kind: 'function', content },
    });
    const messages = [
      { role: 'assistant', content: [call('a'), call('b')] } as const,
      { role: 'tool', content: [result('a', [image])] } as const,
      { role: 'tool', content: [result('b', [])] } as const,
      { role: 'user', content: [{ type: 'text', text: 'Well?' }] } as const,
    ];
    const { body, warnings } = encode({ messages });
    expect((body['messages'] as object[]).slice(1)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'See the next message.' },
      { role: 'tool', tool_call_id: 'b', content: '' },
      { role: 'user', content: [{ type: 'text', text: 'Result of the tool call a:' }, wireImage] },
      { role: 'user', content: 'Well?' },
    ]);
    expect(warnings).toEqual(['moved:messages[1].content[0].content[0]']);
  });

  it('tell a failure of a tool in words', () => {
    const content = [{ type: 'text', text: 'no such city' } as const];
    const { body, warnings } = encode(
      said('tool', [{ type: 'tool-result', toolCallId: 'a', kind: 'function', content, isError: true }]),
    );
    expect(body['messages']).toEqual([{ role: 'tool', tool_call_id: 'a', content: 'Error: no such city' }]);
    expect(warnings).toEqual(['approximated:messages[0].content[0].isError']);
  });

  it('give calls and results the same nine letters where the vendor insists on them', () => {
    const id = 'toolu_01A09q90qw90lq917835lq9';
    const messages = [
      {
        role: 'assistant',
        content: [{ type: 'tool-call', id, name: 'f', input: '{}', kind: 'function' }],
      } as const,
      {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId: id, kind: 'function', content: [] }],
      } as const,
    ];
    const { body } = encode({ messages }, { toolCallIds: 'nine-alphanumeric' });
    const [assistant, tool] = body['messages'] as [
      { tool_calls: { id: string }[] },
      { tool_call_id: string },
    ];
    expect(tool.tool_call_id).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(assistant.tool_calls[0]?.id).toBe(tool.tool_call_id);
    expect(encode({ messages }, { toolCallIds: 'nine-alphanumeric' }).body).toEqual(body);
  });

  it.each<[string | undefined, DialectId, string]>([
    ['sig', 'gemini', 'sig'],
    [undefined, 'gemini', 'skip_thought_signature_validator'],
    ['other', 'anthropic-messages', 'skip_thought_signature_validator'],
  ])('sign calls where the target needs it: %s of %s', (value, origin, thought_signature) => {
    const signature = value === undefined ? {} : { signature: { origin, value } };
    const call: Part = { type: 'tool-call', id: 'a', name: 'f', input: '{}', kind: 'function', ...signature };
    const { body } = encode(said('assistant', [call]), { callSignatures: true });
    expect(body['messages']).toMatchObject([
      { tool_calls: [{ extra_content: { google: { thought_signature } } }] },
    ]);
  });
});

describe('what a target does not take', () => {
  const pdf: Part = {
    type: 'file',
    source: { kind: 'base64', data: 'AA==', mediaType: 'application/pdf' },
    mediaType: 'application/pdf',
  };
  const audio: Part = { type: 'audio', source: { kind: 'base64', data: 'AA==', mediaType: 'audio/wav' } };
  const linked: Part = { type: 'image', source: { kind: 'url', url: 'https://a.b/c' } };
  const at = 'messages[0].content[0]';
  const search = { type: 'builtin', kind: 'code-execution', origin: 'gemini', value: {} } as const;

  it.each<[string, Partial<CanonicalRequest>, Partial<TargetProfile>, string]>([
    ['images', said('user', [image]), { images: false }, at],
    ['images by address', said('user', [linked]), { imageUrls: false }, at],
    ['sounds', said('user', [audio]), { audio: false }, at],
    ['files', said('user', [pdf]), { files: false }, at],
    ['tools', { tools: [{ type: 'function', name: 'f' }] }, { tools: false }, 'tools'],
    ["another vendor's tools", { tools: [search] }, {}, 'tools[0]'],
  ])('is refused: %s', (_, request, target, field) => {
    let thrown: unknown;
    try {
      encode(request, target);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(GatewayError);
    expect(thrown).toMatchObject({ code: 'unsupported_feature', retry: 'next-channel', field });
  });

  it("is approximated: another vendor's web search", () => {
    const tool = { type: 'builtin', kind: 'web-search', origin: 'gemini', value: {} } as const;
    const { body, warnings } = encode({ tools: [tool] });
    expect(body).toMatchObject({ web_search_options: {} });
    expect(warnings).toEqual(['approximated:tools[0]']);
  });
});
