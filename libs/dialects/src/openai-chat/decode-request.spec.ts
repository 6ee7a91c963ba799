import { describe, expect, it } from '@jest/globals';
import { openaiChat } from './index.js';

const decode = (body: object) => openaiChat.inbound.decodeRequest({ model: 'm', messages: [], ...body });
const message = (one: object) => decode({ messages: [{ role: 'user', content: 'Hi' }, one] }).messages[1];

describe('a request for reasoning', () => {
  it.each<[object, object | undefined]>([
    [{}, undefined],
    [{ reasoning_effort: 'low' }, { effort: 'low' }],
    [{ reasoning: { effort: 'high', exclude: true } }, { effort: 'high', visible: false }],
    [{ reasoning: { max_tokens: 900 } }, { budgetTokens: 900 }],
    [{ reasoning: { enabled: true } }, { budgetTokens: -1 }],
    [{ reasoning: { enabled: false, effort: 'high' } }, { effort: 'none' }],
    [{ thinking: { type: 'enabled' } }, { budgetTokens: -1 }],
    [{ thinking: { type: 'enabled', budget_tokens: 700 } }, { budgetTokens: 700 }],
    [{ thinking: { type: 'disabled' } }, { effort: 'none' }],
    [{ thinking: { type: 'enabled' }, reasoning_effort: 'max' }, { effort: 'max' }],
    [{ enable_thinking: true, thinking_budget: 50 }, { budgetTokens: 50 }],
    [{ enable_thinking: false }, { effort: 'none' }],
    [{ chat_template_kwargs: { enable_thinking: false } }, { effort: 'none' }],
  ])('%j is %j', (body, reasoning) => {
    expect(decode(body).reasoning).toEqual(reasoning);
    expect(decode(body).extensions).toEqual({});
  });

  it('stays as it is where its words are unknown', () => {
    const body = { reasoning_effort: 'default', chat_template_kwargs: { enable_thinking: true, style: 'x' } };
    expect(decode(body).extensions).toEqual({
      reasoning_effort: 'default',
      chat_template_kwargs: { style: 'x' },
    });
  });
});

describe('messages', () => {
  it('of system and developer at the beginning are instructions, later ones stay where they are', () => {
    const request = decode({
      messages: [
        { role: 'system', content: 'A' },
        {
          role: 'developer',
          content: [{ type: 'text', text: 'B', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        },
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'C' },
      ],
    });
    expect(request.system).toEqual([
      { type: 'text', text: 'A' },
      { type: 'text', text: 'B', cache: { ttl: '1h' } },
    ]);
    expect(request.messages[1]).toEqual({ role: 'system', content: [{ type: 'text', text: 'C' }] });
  });

  it.each<[object, object]>([
    [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
      { type: 'image', source: { kind: 'base64', data: 'AA==', mediaType: 'image/png' } },
    ],
    [
      { type: 'image_url', image_url: 'https://a.b/c.png' },
      { type: 'image', source: { kind: 'url', url: 'https://a.b/c.png' } },
    ],
    [
      { type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } },
      { type: 'audio', source: { kind: 'base64', data: 'AA==', mediaType: 'audio/mpeg' } },
    ],
    [
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'file', source: { kind: 'stored', id: 'file-1', origin: 'openai-chat' }, mediaType: null },
    ],
    [
      { type: 'video_url', video_url: { url: 'https://a.b/c.mp4' } },
      { type: 'file', source: { kind: 'url', url: 'https://a.b/c.mp4' }, mediaType: 'video/mp4' },
    ],
    [
      { type: 'hologram', size: 3 },
      { type: 'opaque', origin: 'openai-chat', kind: 'hologram', value: { type: 'hologram', size: 3 } },
    ],
  ])('hold %j', (part, expected) => {
    expect(message({ role: 'user', content: [part] })?.content).toEqual([expected]);
  });

  it('of the time before tools are calls and results', () => {
    const request = decode({
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
        { role: 'function', name: 'f', content: 'done' },
      ],
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
    });
    const [call, result] = request.messages.map(({ content }) => content[0]);
    expect(call).toMatchObject({ type: 'tool-call', name: 'f', input: '{"a":1}', kind: 'function' });
    expect(result).toMatchObject({
      type: 'tool-result',
      toolCallId: (call as { id: string }).id,
      toolName: 'f',
    });
    expect(request.tools).toEqual([{ type: 'function', name: 'f', parameters: { type: 'object' } }]);
    expect(request.toolChoice).toEqual({ type: 'tool', name: 'f', kind: 'function' });
  });

  it('give back the state of other vendors that travelled in ids and details', () => {
    const id = `call_1__1tollgate_gemini_${Buffer.from('sig').toString('base64url')}`;
    const request = decode({
      messages: [
        {
          role: 'assistant',
          reasoning_content: 'So.',
          reasoning_details: [
            { type: 'reasoning.text', text: 'So.', signature: '1tollgate.anthropic-messages.abc' },
          ],
          tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '' } }],
        },
        { role: 'tool', tool_call_id: id, content: 'ok' },
      ],
    });
    expect(request.messages[0]?.content).toEqual([
      { type: 'reasoning', text: 'So.', signature: { origin: 'anthropic-messages', value: 'abc' } },
      {
        type: 'tool-call',
        id: 'call_1',
        name: 'f',
        input: '{}',
        kind: 'function',
        signature: { origin: 'gemini', value: 'sig' },
      },
    ]);
    expect(request.messages[1]?.content).toMatchObject([{ toolCallId: 'call_1' }]);
  });
});

describe('tools', () => {
  it.each<[unknown, object | undefined]>([
    ['any', { type: 'required' }],
    ['none', { type: 'none' }],
    [
      { type: 'custom', custom: { name: 'sh' } },
      { type: 'tool', name: 'sh', kind: 'custom' },
    ],
    [
      {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
      },
      { type: 'allowed', mode: 'auto', names: ['f'] },
    ],
    [{ type: 'web' }, { type: 'builtin', origin: 'openai-chat', value: { type: 'web' } }],
  ])('are chosen by %j', (choice, expected) => {
    expect(decode({ tool_choice: choice }).toolChoice).toEqual(expected);
  });

  it('of the vendor stay as the client wrote them', () => {
    const moonshot = { type: 'builtin_function', function: { name: '$web_search' } };
    expect(decode({ tools: [moonshot], web_search_options: {} }).tools).toEqual([
      { type: 'builtin', kind: 'web-search', origin: 'openai-chat', value: moonshot },
      { type: 'builtin', kind: 'web-search', origin: 'openai-chat', value: { web_search_options: {} } },
    ]);
  });
});

describe('a request that is wrong', () => {
  it.each<[unknown, string | undefined]>([
    [null, undefined],
    [[], undefined],
    [{ model: 'm' }, 'messages'],
    [{ model: 'm', messages: [{ role: 'wizard' }] }, 'messages[0].role'],
    [{ model: 'm', messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [
      { model: 'm', messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages[0].content[0].text',
    ],
    [
      { model: 'm', messages: [{ role: 'user', content: [{ type: 'text', text: 5 }] }] },
      'messages[0].content[0].text',
    ],
    [
      { model: 'm', messages: [{ role: 'system', content: [{ type: 'image_url', image_url: 'x' }] }] },
      'messages[0].content[0].type',
    ],
    [{ model: 'm', messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [
      { model: 'm', messages: [{ role: 'assistant', tool_calls: [{ id: 'a' }] }] },
      'messages[0].tool_calls[0].function',
    ],
    [{ model: 'm', messages: [], tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ model: 'm', messages: [], tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ model: 'm', messages: [], max_tokens: 0 }, 'max_tokens'],
    [{ model: 'm', messages: [], tool_choice: { type: 'function' } }, 'tool_choice.function'],
  ])('%j names the field', (body, field) => {
    expect(() => openaiChat.inbound.decodeRequest(body)).toThrow(
      expect.objectContaining({ code: 'invalid_request', field }),
    );
  });

  it('reaches nothing by names of the prototype', () => {
    const body = JSON.parse(
      '{"model":"m","messages":[],"__proto__":{"x":1},"constructor":{"y":2}}',
    ) as object;
    const { extensions } = openaiChat.inbound.decodeRequest(body);
    expect(extensions['constructor']).toEqual({ y: 2 });
    expect(Object.getPrototypeOf(extensions)).toBe(Object.prototype);
  });
});
