import { describe, expect, it } from '@jest/globals';
import type { CanonicalRequest, Message } from '../canonical/request.js';
import { FULL_TARGET, type TargetProfile } from '../canonical/target.js';
import { warningLabel } from '../canonical/warning.js';
import { encodeRequest, encodeTokenCountRequest } from './encode-request.js';

const USER: Message = { role: 'user', content: [{ type: 'text', text: 'Hi' }] };
const EMPTY: CanonicalRequest = {
  origin: 'openai-chat',
  model: 'asked',
  stream: false,
  system: [],
  messages: [USER],
  tools: [],
  stopSequences: [],
  sampling: {},
  extensions: {},
};
const BUDGET: TargetProfile = { ...FULL_TARGET, model: 'claude', reasoning: 'anthropic-budget' };
const ADAPTIVE: TargetProfile = { ...BUDGET, reasoning: 'anthropic-adaptive' };

function encode(over: Partial<CanonicalRequest>, target: Partial<TargetProfile> = {}) {
  const { body, warnings } = encodeRequest({ ...EMPTY, ...over }, { ...BUDGET, ...target });
  return { ...body, warnings: warnings.map(warningLabel) } as Record<string, unknown> & {
    warnings: string[];
  };
}

const FUNCTION = { type: 'function', name: 'f', parameters: { type: 'object' } } as const;
const called = (id: string, name = 'f', input = '{}'): Message => ({
  role: 'assistant',
  content: [{ type: 'tool-call', id, name, input, kind: 'function' }],
});
const answered = (id: string, text = 'ok'): Message => ({
  role: 'tool',
  content: [{ type: 'tool-result', toolCallId: id, kind: 'function', content: [{ type: 'text', text }] }],
});
const unsupported = (field: string) =>
  expect.objectContaining({ code: 'unsupported_feature', retry: 'next-channel', field });

describe('a request of another dialect', () => {
  it('gets what the vendor demands', () => {
    expect(encode({})).toEqual({
      model: 'claude',
      max_tokens: 8_192,
      messages: [{ role: 'user', content: 'Hi' }],
      warnings: [],
    });
  });

  it('loses what the vendor does not know, and says so', () => {
    const { warnings, ...body } = encode({
      sampling: { temperature: 1.7, topP: 0.5, topK: 3, seed: 1, frequencyPenalty: 1, presencePenalty: 1 },
      logprobs: { top: 1 },
      logitBias: {},
      metadata: { a: 'b' },
      promptCacheKey: 'k',
      serviceTier: 'flex',
      stopSequences: ['END', ' '],
      user: 'u',
      extensions: { store: true },
    });
    expect(body).toMatchObject({
      temperature: 1,
      top_k: 3,
      stop_sequences: ['END'],
      metadata: { user_id: 'u' },
    });
    expect(warnings.sort()).toEqual([
      'approximated:temperature',
      ...['frequencyPenalty', 'logitBias', 'logprobs', 'metadata', 'presencePenalty', 'promptCacheKey'].map(
        (name) => `dropped:${name}`,
      ),
      ...['seed', 'serviceTier', 'stopSequences', 'store', 'topP'].map((name) => `dropped:${name}`),
    ]);
  });

  it.each<[string, Partial<CanonicalRequest>, Partial<TargetProfile>, string]>([
    ['several choices', { choices: 2 }, {}, 'choices'],
    [
      'audio',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'audio', source: { kind: 'base64', data: '', mediaType: 'audio/wav' } }],
          },
        ],
      },
      {},
      'messages',
    ],
    [
      'images for a model without',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { kind: 'url', url: 'x' } }] }] },
      { images: false },
      'messages',
    ],
    [
      'an image in an odd format',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { kind: 'base64', data: '', mediaType: 'image/tiff' } }],
          },
        ],
      },
      {},
      'messages',
    ],
    [
      "another vendor's file",
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'file', mediaType: null, source: { kind: 'stored', id: 'f', origin: 'openai-chat' } },
            ],
          },
        ],
      },
      {},
      'messages',
    ],
    ['tools for a model without', { tools: [FUNCTION] }, { tools: false }, 'tools'],
    ['a name that does not fit', { tools: [{ type: 'function', name: 'a.b' }] }, {}, 'tools'],
    [
      "another vendor's tool",
      { tools: [{ type: 'builtin', kind: 'file-search', origin: 'openai-responses', value: {} }] },
      {},
      'tools',
    ],
  ])('is refused for %s', (_name, request, target, field) => {
    expect(() => encode(request, target)).toThrow(unsupported(field));
  });
});

describe('the conversation', () => {
  it('has results of parallel calls in one turn, right after the calls, before other words', () => {
    const calls: Message = { role: 'assistant', content: [...called('a').content, ...called('b').content] };
    const { messages } = encode({
      tools: [FUNCTION],
      messages: [USER, calls, answered('b'), USER, answered('a')],
    });
    expect(messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ id: 'a' }, { id: 'b' }] },
      {
        role: 'user',
        content: [{ tool_use_id: 'b', content: 'ok' }, { tool_use_id: 'a' }, { type: 'text' }],
      },
    ]);
  });

  it('has ids of calls in letters that the vendor takes, each once', () => {
    const turns = [
      USER,
      called('functions.f:0'),
      answered('functions.f:0'),
      called('functions.f:0'),
      answered('functions.f:0'),
    ];
    const { messages } = encode({ tools: [FUNCTION], messages: turns });
    expect(messages).toMatchObject([
      {},
      { content: [{ id: 'functions_f_0' }] },
      { content: [{ tool_use_id: 'functions_f_0' }] },
      { content: [{ id: 'functions_f_0_2' }] },
      { content: [{ tool_use_id: 'functions_f_0_2' }] },
    ]);
  });

  it('leaves out empty texts, fills empty turns, and trims the beginning of an answer', () => {
    const texts = (role: Message['role'], ...words: string[]): Message => ({
      role,
      content: words.map((text) => ({ type: 'text', text })),
    });
    const { messages, system, warnings } = encode({
      system: [{ type: 'text', text: ' ' }],
      messages: [texts('user', '', '\n'), texts('assistant', 'The answer is: \n')],
    });
    expect({ system, messages }).toEqual({
      messages: [
        { role: 'user', content: '...' },
        { role: 'assistant', content: 'The answer is:' },
      ],
    });
    expect(warnings).toEqual(['added:messages', 'approximated:messages']);
  });

  it('holds only thinking that the vendor signed, and only its own blocks and citations', () => {
    const other = { origin: 'gemini', value: 'x' } as const;
    const own = { origin: 'anthropic-messages', value: 'y' } as const;
    const index = (encrypted_index: string) => ({
      ...{ url: 'u', title: null, citedText: null, start: 0, end: 1 },
      raw: {
        origin: 'anthropic-messages',
        value: { type: 'web_search_result_location', encrypted_index },
      } as const,
    });
    const { messages, warnings } = encode({
      messages: [
        USER,
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'foreign', signature: other },
            { type: 'reasoning', text: 'unsigned' },
            { type: 'reasoning', text: 'own', signature: own },
            { type: 'reasoning', text: '', redacted: true, signature: own },
            { type: 'opaque', origin: 'openai-responses', kind: 'web_search_call', value: {} },
            {
              type: 'opaque',
              origin: 'anthropic-messages',
              kind: 'server_tool_use',
              value: { type: 'server_tool_use' },
            },
            { type: 'text', text: 'a', citations: [index(''), index('1tollgate.gemini.'), index('Eo8')] },
          ],
        },
        USER,
      ],
    });
    expect((messages as { content: unknown }[])[1]?.content).toEqual([
      { type: 'thinking', thinking: 'own', signature: 'y' },
      { type: 'redacted_thinking', data: 'y' },
      { type: 'server_tool_use' },
      {
        type: 'text',
        text: 'a',
        citations: [{ type: 'web_search_result_location', encrypted_index: 'Eo8' }],
      },
    ]);
    expect(warnings).toEqual(['dropped:messages[].reasoning', 'dropped:messages[].web_search_call']);
  });

  it('gives thoughts back to vendors that sign none and want them', () => {
    const thought: Message = { role: 'assistant', content: [{ type: 'reasoning', text: 'hm' }] };
    const { messages } = encode(
      { messages: [USER, thought, USER] },
      { reasoningHistory: 'reasoning_content' },
    );
    expect(messages).toMatchObject([
      {},
      { content: [{ type: 'thinking', thinking: 'hm', signature: '' }] },
      {},
    ]);
  });

  it('reads text files as text', () => {
    const source = {
      kind: 'base64',
      data: Buffer.from('a,b').toString('base64'),
      mediaType: 'text/csv',
    } as const;
    const file = { type: 'file', source, mediaType: 'text/csv', filename: 'a.csv' } as const;
    const { messages } = encode({ messages: [{ role: 'user', content: [file] }] }, { files: false });
    expect(messages).toMatchObject([
      { content: [{ source: { type: 'text', data: 'a,b' }, title: 'a.csv' }] },
    ]);
  });
});

describe('tools', () => {
  it('get a schema where they have none, and arguments that are no object one member', () => {
    const { tools, messages } = encode({
      tools: [
        { type: 'function', name: 'f' },
        { type: 'custom', name: 'g' },
      ],
      messages: [USER, called('a', 'f', 'oops'), answered('a')],
    });
    expect(tools).toMatchObject([
      { name: 'f', input_schema: { type: 'object' } },
      { name: 'g', input_schema: { properties: { input: { type: 'string' } } } },
    ]);
    expect(messages).toMatchObject([{}, { content: [{ input: { input: 'oops' } }] }, {}]);
  });

  it.each([
    [{ toolChoice: { type: 'required' } }, { type: 'any' }],
    [{ toolChoice: { type: 'none' }, parallelToolCalls: false }, { type: 'none' }],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ parallelToolCalls: true }, undefined],
    [
      { toolChoice: { type: 'tool', name: 'f', kind: 'function' }, parallelToolCalls: false },
      { type: 'tool', name: 'f', disable_parallel_tool_use: true },
    ],
    [{ toolChoice: { type: 'allowed', mode: 'required', names: ['f'] } }, { type: 'any' }],
  ] as const)('are chosen: %j', (request, choice) => {
    expect(encode({ ...request, tools: [FUNCTION] })['tool_choice']).toEqual(choice);
  });

  it("of another vendor become the vendor's own where it has one like them", () => {
    const { tools, warnings } = encode({
      tools: [{ type: 'builtin', kind: 'web-search', origin: 'gemini', value: { googleSearch: {} } }],
    });
    expect(tools).toEqual([{ type: 'web_search_20250305', name: 'web_search' }]);
    expect(warnings).toEqual(['approximated:tools']);
  });

  it('are defined for calls in the conversation', () => {
    const body = encode({ messages: [USER, called('a'), answered('a')] });
    expect(body).toMatchObject({
      tools: [{ name: 'f' }],
      tool_choice: { type: 'none' },
      warnings: ['added:tools'],
    });
  });
});

describe('structured output', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'object', properties: {} } },
    $defs: { b: { type: 'object' } },
  };
  const responseFormat = { type: 'json-schema', name: 'n', schema } as const;

  it('closes the objects of a schema', () => {
    expect(encode({ responseFormat })['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { a: { type: 'object', properties: {}, additionalProperties: false } },
          $defs: { b: { type: 'object', additionalProperties: false } },
          additionalProperties: false,
        },
      },
    });
  });

  it.each([
    [responseFormat, 'json-object'],
    [{ type: 'json' }, 'json-schema'],
  ] as const)(
    'is asked for in words where the vendor has no member for it: %j',
    (format, structuredOutput) => {
      const { system, warnings } = encode({ responseFormat: format }, { structuredOutput });
      expect(system).toContain('JSON');
      expect(warnings).toEqual(['approximated:responseFormat']);
    },
  );
});

describe('reasoning', () => {
  it.each<[Partial<CanonicalRequest>, unknown, number, string[]]>([
    [{ reasoning: { budgetTokens: 2_000 }, outputTokensMax: 9_000 }, 2_000, 9_000, []],
    [{ reasoning: { effort: 'low' }, outputTokensMax: 10_000 }, 2_000, 10_000, ['approximated:reasoning']],
    [
      { reasoning: { budgetTokens: 9_000 }, outputTokensMax: 5_000 },
      4_000,
      5_000,
      ['approximated:reasoning'],
    ],
    [{ reasoning: { budgetTokens: 9_000 } }, 9_000, 17_192, ['approximated:outputTokensMax']],
    [
      { reasoning: { effort: 'high' }, outputTokensMax: 500 },
      1_024,
      1_524,
      ['approximated:reasoning', 'approximated:outputTokensMax'],
    ],
    [
      { reasoning: { budgetTokens: 30_000 }, outputTokensMax: 500 },
      1_024,
      1_524,
      ['approximated:outputTokensMax'],
    ],
  ])('is told as a budget below the limit: %j', (request, budget, limit, warned) => {
    const { thinking, max_tokens: max, warnings } = encode(request);
    expect(thinking).toEqual({ type: 'enabled', budget_tokens: budget });
    expect(max).toBe(limit);
    expect(warnings).toEqual(warned);
  });

  it.each([
    [{ effort: 'none' }, { type: 'disabled' }, undefined],
    [{ effort: 'minimal' }, { type: 'adaptive' }, 'low'],
    [{ effort: 'xhigh', visible: true }, { type: 'adaptive', display: 'summarized' }, 'xhigh'],
    [{ budgetTokens: 20_000, visible: false }, { type: 'adaptive', display: 'omitted' }, 'high'],
    [{ budgetTokens: -1 }, { type: 'adaptive' }, undefined],
  ] as const)('is told to models that adapt: %j', (reasoning, thinking, effort) => {
    const body = encode({ reasoning }, ADAPTIVE);
    expect(body['thinking']).toEqual(thinking);
    expect(body['output_config']).toEqual(effort === undefined ? undefined : { effort });
  });

  it('leaves no temperature, and of the rest what the vendor takes beside it', () => {
    const sampling = { temperature: 0.2, topP: 0.96, topK: 5 };
    const body = encode({ reasoning: { budgetTokens: 2_000 }, sampling });
    expect(body).toMatchObject({ top_p: 0.96, warnings: ['dropped:temperature', 'dropped:topK'] });
    expect(body).not.toHaveProperty('temperature');
  });

  const signed = (origin: 'anthropic-messages' | 'gemini'): Message => ({
    role: 'assistant',
    content: [{ type: 'reasoning', text: 'hm', signature: { origin, value: 's' } }, ...called('a').content],
  });
  const tools = [FUNCTION];

  it.each<[string, Partial<CanonicalRequest>, Partial<TargetProfile>, boolean]>([
    ['a call is demanded', { tools, toolChoice: { type: 'required' } }, BUDGET, false],
    ['a call is demanded of an adaptive model', { tools, toolChoice: { type: 'required' } }, ADAPTIVE, false],
    ['an answer has begun', { messages: [USER, { ...USER, role: 'assistant' }] }, BUDGET, false],
    [
      'the last calls hold no thinking',
      { tools, messages: [USER, called('a'), answered('a')] },
      BUDGET,
      false,
    ],
    [
      "the last calls hold another's",
      { tools, messages: [USER, signed('gemini'), answered('a')] },
      BUDGET,
      false,
    ],
    [
      'the last calls hold its own',
      { tools, messages: [USER, signed('anthropic-messages'), answered('a')] },
      BUDGET,
      true,
    ],
    ['the model adapts', { tools, messages: [USER, called('a'), answered('a')] }, ADAPTIVE, true],
    ["the model can't be told", {}, { reasoning: 'none' }, false],
  ])('is left out, with a warning, where the vendor would refuse it: %s', (_name, request, target, kept) => {
    const body = encode({ ...request, reasoning: { budgetTokens: 2_000 } }, target);
    expect(body['thinking'] !== undefined).toBe(kept);
    expect(body.warnings.includes('dropped:reasoning')).toBe(!kept);
  });
});

describe('a request for a count of tokens', () => {
  it('holds the input only', () => {
    const { body } = encodeTokenCountRequest(
      { ...EMPTY, stream: true, sampling: { temperature: 1 }, user: 'u' },
      BUDGET,
    );
    expect(body).toEqual({ model: 'claude', messages: [{ role: 'user', content: 'Hi' }] });
  });
});
