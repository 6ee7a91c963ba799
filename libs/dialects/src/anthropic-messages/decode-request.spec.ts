import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import fc from 'fast-check';
import { packSignature, packToolCallId } from '../canonical/signature.js';
import { decodeRequest } from './decode-request.js';

const decode = (over: object) => decodeRequest({ model: 'm', max_tokens: 9, messages: [], ...over });
const contentOf = (...blocks: object[]) => decode({ messages: [{ role: 'user', content: blocks }] }).messages;

describe('reading a request', () => {
  it('puts instructions before the conversation to the front', () => {
    const { system, messages } = decode({
      system: 'a',
      messages: [
        { role: 'system', content: 'b' },
        { role: 'user', content: 'c' },
        { role: 'system', content: [{ type: 'text', text: 'd' }] },
      ],
    });
    expect(system.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(messages.map(({ role }) => role)).toEqual(['user', 'system']);
  });

  it('gives results of tools turns of their own, before the words beside them', () => {
    const result = (id: string) => ({ type: 'tool_result', tool_use_id: id });
    expect(contentOf({ type: 'text', text: 'x' }, result('a'), result('b'))).toMatchObject([
      { role: 'tool', content: [{ toolCallId: 'a', content: [] }] },
      { role: 'tool', content: [{ toolCallId: 'b' }] },
      { role: 'user', content: [{ text: 'x' }] },
    ]);
  });

  it("unpacks other vendors' state", () => {
    const signature = { origin: 'gemini', value: 'x' } as const;
    const id = packToolCallId('c1', signature);
    const { messages } = decode({
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'a', signature: packSignature(signature, 'anthropic-messages') },
            { type: 'thinking', thinking: 'b', signature: 'own' },
            { type: 'thinking', thinking: 'c', signature: '' },
            { type: 'tool_use', id, name: 'f', input: { a: 1 } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'ok' }] },
      ],
    });
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'a', signature },
          { type: 'reasoning', text: 'b', signature: { origin: 'anthropic-messages', value: 'own' } },
          { type: 'reasoning', text: 'c' },
          { type: 'tool-call', id: 'c1', name: 'f', input: '{"a":1}', kind: 'function', signature },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c1',
            kind: 'function',
            content: [{ type: 'text', text: 'ok' }],
          },
        ],
      },
    ]);
  });

  it('reads documents and search results as files', () => {
    const document = (source: object) => ({ type: 'document', source });
    const image = { type: 'image', source: { type: 'url', url: 'data:image/png;base64,aaaa' } };
    const [message] = contentOf(
      document({ type: 'file', file_id: 'f1' }),
      document({ type: 'url', url: 'https://a.example/b.pdf' }),
      document({
        type: 'content',
        content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }, image],
      }),
      {
        type: 'search_result',
        source: 'https://a.example',
        title: 'T',
        content: [{ type: 'text', text: 'c' }],
        citations: { enabled: true },
      },
    );
    expect(message?.content).toEqual([
      { type: 'file', source: { kind: 'stored', id: 'f1', origin: 'anthropic-messages' }, mediaType: null },
      { type: 'file', source: { kind: 'url', url: 'https://a.example/b.pdf' }, mediaType: 'application/pdf' },
      { type: 'file', source: { kind: 'text', text: 'a\n\nb' }, mediaType: 'text/plain' },
      { type: 'image', source: { kind: 'base64', data: 'aaaa', mediaType: 'image/png' } },
      {
        type: 'file',
        source: { kind: 'text', text: 'c' },
        mediaType: 'text/plain',
        title: 'T',
        context: 'https://a.example',
        citations: true,
      },
    ]);
  });

  it('keeps what only this dialect knows', () => {
    const toolset = { type: 'tool_use', id: 'a', name: 'click', input: {}, toolset_name: 'browser' };
    const upload = { type: 'container_upload', file_id: 'f' };
    expect(contentOf(toolset, upload)[0]?.content).toEqual([
      { type: 'opaque', origin: 'anthropic-messages', kind: 'tool_use', value: toolset },
      { type: 'opaque', origin: 'anthropic-messages', kind: 'container_upload', value: upload },
    ]);
    const { extensions, tools } = decode({
      container: 'c1',
      thinking: { type: 'between_tools' },
      output_config: { effort: 'low', task_budget: 5 },
      tools: [
        { type: 'bash_20250124', name: 'bash' },
        { name: 'f', input_schema: {}, defer_loading: true },
      ],
    });
    expect(extensions).toEqual({
      'tools[].defer_loading': { f: true },
      container: 'c1',
      thinking: { type: 'between_tools' },
      output_config: { task_budget: 5 },
    });
    expect(tools).toMatchObject([
      { type: 'builtin', kind: 'shell' },
      { type: 'function', name: 'f' },
    ]);
  });

  it.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2_000 } }, { budgetTokens: 2_000 }],
    [{ thinking: { type: 'disabled' } }, { effort: 'none' }],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, { budgetTokens: -1, visible: false }],
    [
      { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } },
      { budgetTokens: -1, effort: 'max' },
    ],
    [{ output_config: { effort: 'low' } }, { effort: 'low' }],
    [{ output_config: { effort: 'gentle' } }, undefined],
  ])('reads how much to think: %j', (request, reasoning) => {
    expect(decode(request).reasoning).toEqual(reasoning);
  });

  it.each([
    [{ messages: 5 }, 'messages'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ max_tokens: 'many' }, 'max_tokens'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ tools: [{ name: 'f' }] }, 'tools[0].input_schema'],
    [{ tool_choice: { type: 'tool' } }, 'tool_choice.name'],
  ])('refuses %j, naming the field', (request, field) => {
    expect(() => decode(request)).toThrow(expect.objectContaining({ code: 'invalid_request', field }));
  });

  it('never fails with anything but an error for the client', () => {
    const type = fc.constantFrom(
      'text',
      'image',
      'document',
      'tool_use',
      'tool_result',
      'thinking',
      '__proto__',
    );
    const block = fc.record({ type, text: fc.jsonValue(), source: fc.jsonValue(), content: fc.jsonValue() });
    const body = fc.record({
      model: fc.oneof(fc.constant('m'), fc.jsonValue()),
      messages: fc.array(
        fc.record({ role: fc.constant('user'), content: fc.oneof(fc.array(block), fc.jsonValue()) }),
      ),
      tools: fc.jsonValue(),
      thinking: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.oneof(body, fc.jsonValue()), (value) => {
        try {
          decodeRequest(value);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
    );
  });
});
