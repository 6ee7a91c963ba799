import { describe, expect, it } from '@jest/globals';
import type { CanonicalRequest, Message } from '../canonical/request.js';
import { FULL_TARGET, type TargetProfile } from '../canonical/target.js';
import { warningLabel } from '../canonical/warning.js';
import { bedrockConverse } from './index.js';

const { outbound } = bedrockConverse;
const TARGET: TargetProfile = {
  ...FULL_TARGET,
  model: 'us.anthropic.claude-x',
  reasoning: 'anthropic-budget',
};
const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
const BASE: CanonicalRequest = {
  origin: 'openai-chat',
  model: 'm',
  stream: true,
  system: [],
  messages: [user('Hello')],
  tools: [],
  stopSequences: [],
  sampling: {},
  extensions: {},
};
const TIDE = {
  type: 'function',
  name: 'tide',
  parameters: { properties: { harbour: { type: 'string' } } },
} as const;
const CALL = {
  type: 'tool-call',
  id: 'call_1',
  name: 'tide',
  input: '{"harbour":"Brest"}',
  kind: 'function',
} as const;

function encoded(more: Partial<CanonicalRequest>, profile: Partial<TargetProfile> = {}) {
  const { body, warnings } = outbound.encodeRequest({ ...BASE, ...more }, { ...TARGET, ...profile });
  return { body, warnings: warnings.map(warningLabel) };
}

const messagesOf = (content: Message['content'], role: Message['role'] = 'user') =>
  (
    encoded({ messages: [user('Hello'), { role, content }] }).body['messages'] as { content: unknown[] }[]
  ).flatMap((message) => message.content);

describe('a request to Converse', () => {
  it('holds instructions, turns and limits; neither model nor stream', () => {
    const { body, warnings } = encoded({
      system: [{ type: 'text', text: 'Be brief.', cache: { ttl: '1h' } }],
      messages: [user('Hello'), { role: 'assistant', content: [{ type: 'text', text: 'Hi' }] }, user('Bye')],
      outputTokensMax: 100,
      sampling: { temperature: 0.5, topP: 0.9, topK: 5 },
      stopSequences: ['END'],
      serviceTier: 'flex',
    });
    expect(body).toEqual({
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default', ttl: '1h' } }],
      messages: [
        { role: 'user', content: [{ text: 'Hello' }] },
        { role: 'assistant', content: [{ text: 'Hi' }] },
        { role: 'user', content: [{ text: 'Bye' }] },
      ],
      inferenceConfig: { maxTokens: 100, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
      additionalModelRequestFields: { top_k: 5 },
      serviceTier: { type: 'flex' },
    });
    expect(warnings).toEqual([]);
  });

  it('holds tools, calls and results', () => {
    const { body, warnings } = encoded({
      tools: [{ ...TIDE, description: 'High water.', cache: {} }],
      toolChoice: { type: 'required' },
      messages: [
        user('When?'),
        { role: 'assistant', content: [CALL, { ...CALL, id: 'f:1', input: '' }] },
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'call_1',
              kind: 'function',
              content: [{ type: 'text', text: 'noon' }],
            },
            { type: 'tool-result', toolCallId: 'f:1', kind: 'function', content: [], isError: true },
          ],
        },
      ],
    });
    expect(body['toolConfig']).toEqual({
      tools: [
        {
          toolSpec: {
            name: 'tide',
            description: 'High water.',
            inputSchema: { json: { type: 'object', properties: { harbour: { type: 'string' } } } },
          },
        },
        { cachePoint: { type: 'default' } },
      ],
      toolChoice: { any: {} },
    });
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ text: 'When?' }] },
      {
        role: 'assistant',
        content: [
          { toolUse: { toolUseId: 'call_1', name: 'tide', input: { harbour: 'Brest' } } },
          { toolUse: { toolUseId: 'f_1', name: 'tide', input: {} } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'call_1', content: [{ text: 'noon' }] } },
          { toolResult: { toolUseId: 'f_1', content: [{ text: '...' }], status: 'error' } },
        ],
      },
    ]);
    expect(warnings).toEqual([]);
  });

  it('holds media as bytes, documents under names of their own', () => {
    const pdf = { type: 'file', mediaType: 'application/pdf', filename: 'tide_table.pdf' } as const;
    const source = { kind: 'base64', data: 'AA==', mediaType: 'application/pdf' } as const;
    expect(
      messagesOf([
        { type: 'image', source: { kind: 'base64', data: 'iVBO', mediaType: 'image/png' } },
        { ...pdf, source, citations: true },
        { ...pdf, source },
        { type: 'file', mediaType: 'text/plain', source: { kind: 'text', text: 'hi' } },
        { type: 'file', mediaType: null, source: { kind: 'base64', data: 'AA==', mediaType: 'video/mp4' } },
      ]),
    ).toEqual([
      { text: 'Hello' },
      { image: { format: 'png', source: { bytes: 'iVBO' } } },
      {
        document: {
          format: 'pdf',
          name: 'tide table pdf',
          source: { bytes: 'AA==' },
          citations: { enabled: true },
        },
      },
      { document: { format: 'pdf', name: 'tide table pdf 2', source: { bytes: 'AA==' } } },
      { document: { format: 'txt', name: 'Document', source: { bytes: 'aGk=' } } },
      { video: { format: 'mp4', source: { bytes: 'AA==' } } },
    ]);
  });

  it('says something beside a document that stands alone', () => {
    const source = { kind: 'text', text: 'hi' } as const;
    const { body, warnings } = encoded({
      messages: [{ role: 'user', content: [{ type: 'file', mediaType: null, source }] }],
    });
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { document: { format: 'txt', name: 'Document', source: { bytes: 'aGk=' } } },
          { text: '...' },
        ],
      },
    ]);
    expect(warnings).toEqual(['added:messages']);
  });

  it('gives back the reasoning that Converse signed, and no other', () => {
    const own = { origin: 'bedrock-converse', value: 'c2ln' } as const;
    const content: Message['content'] = [
      { type: 'reasoning', text: 'mine', signature: own },
      { type: 'reasoning', text: '', redacted: true, signature: own },
      { type: 'reasoning', text: 'theirs', signature: { origin: 'gemini', value: 'x' } },
      { type: 'reasoning', text: 'nobody’s' },
      { type: 'text', text: 'So.' },
    ];
    expect(messagesOf(content, 'assistant').slice(1)).toEqual([
      { reasoningContent: { reasoningText: { text: 'mine', signature: 'c2ln' } } },
      { reasoningContent: { redactedContent: 'c2ln' } },
      { text: 'So.' },
    ]);
    expect(encoded({ messages: [user('Hello'), { role: 'assistant', content }] }).warnings).toEqual([
      'dropped:messages[].reasoning',
    ]);
  });

  it('asks for a schema where the model keeps to one, else in words', () => {
    const responseFormat = { type: 'json-schema', name: 'tide', schema: { type: 'object' } } as const;
    expect(encoded({ responseFormat }).body['outputConfig']).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { name: 'tide', schema: '{"type":"object"}' } },
      },
    });
    const inWords = encoded({ responseFormat }, { structuredOutput: 'none' });
    expect(inWords.warnings).toEqual(['approximated:responseFormat']);
    expect(JSON.stringify(inWords.body['system'])).toContain('JSON schema');
  });
});

describe('reasoning asked of Converse', () => {
  interface Expected {
    readonly fields?: unknown;
    readonly config?: unknown;
    readonly labels: string[];
  }

  it.each<[string, Partial<CanonicalRequest>, Partial<TargetProfile>, Expected]>([
    [
      'by a budget',
      { reasoning: { budgetTokens: 2_000 }, outputTokensMax: 8_000, sampling: { temperature: 0.2 } },
      {},
      {
        fields: { thinking: { type: 'enabled', budget_tokens: 2_000 } },
        config: { maxTokens: 8_000 },
        labels: ['dropped:temperature'],
      },
    ],
    [
      'by an effort',
      { reasoning: { effort: 'high' }, outputTokensMax: 10_000 },
      {},
      {
        fields: { thinking: { type: 'enabled', budget_tokens: 8_000 } },
        config: { maxTokens: 10_000 },
        labels: ['approximated:reasoning'],
      },
    ],
    [
      'above the limit',
      { reasoning: { budgetTokens: 5_000 }, outputTokensMax: 4_000 },
      {},
      {
        fields: { thinking: { type: 'enabled', budget_tokens: 3_200 } },
        config: { maxTokens: 4_000 },
        labels: ['approximated:reasoning'],
      },
    ],
    [
      'above a small limit',
      { reasoning: { budgetTokens: 5_000 }, outputTokensMax: 1_000 },
      {},
      {
        fields: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
        config: { maxTokens: 2_024 },
        labels: ['approximated:outputTokensMax'],
      },
    ],
    [
      'of a model that decides itself',
      { reasoning: { effort: 'minimal' } },
      { reasoning: 'anthropic-adaptive' },
      {
        fields: { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
        labels: ['approximated:reasoning'],
      },
    ],
    [
      'of gpt-oss',
      { reasoning: { effort: 'max' } },
      { reasoning: 'effort' },
      { fields: { reasoning_effort: 'high' }, labels: ['approximated:reasoning'] },
    ],
    [
      'that is off',
      { reasoning: { effort: 'none' } },
      {},
      { fields: { thinking: { type: 'disabled' } }, labels: [] },
    ],
    [
      'of a model that can not',
      { reasoning: { effort: 'low' } },
      { reasoning: 'none' },
      { labels: ['dropped:reasoning'] },
    ],
    [
      'where a call is demanded',
      { reasoning: { effort: 'low' }, tools: [TIDE], toolChoice: { type: 'required' } },
      {},
      { labels: ['dropped:reasoning'] },
    ],
  ])('%s', (_how, more, profile, { fields, config, labels }) => {
    const { body, warnings } = encoded(more, profile);
    expect(body['additionalModelRequestFields']).toEqual(fields);
    expect(body['inferenceConfig']).toEqual(config);
    expect(warnings).toEqual(labels);
  });
});

describe('tools of Converse', () => {
  const history: Message[] = [user('When?'), { role: 'assistant', content: [CALL] }];

  it.each<[string, Partial<CanonicalRequest>, unknown, string[]]>([
    ['forbidden', { tools: [TIDE], toolChoice: { type: 'none' } }, undefined, []],
    [
      'demanded by name',
      { tools: [TIDE], toolChoice: { type: 'tool', name: 'tide', kind: 'function' } },
      { tool: { name: 'tide' } },
      [],
    ],
    [
      'allowed in part',
      {
        tools: [TIDE, { ...TIDE, name: 'now' }],
        toolChoice: { type: 'allowed', mode: 'auto', names: ['now'] },
      },
      { auto: {} },
      ['approximated:toolChoice'],
    ],
    ['one at a time', { tools: [TIDE], parallelToolCalls: false }, undefined, ['dropped:parallelToolCalls']],
  ])('%s', (_how, more, choice, labels) => {
    const { body, warnings } = encoded(more);
    expect((body['toolConfig'] as Record<string, unknown> | undefined)?.['toolChoice']).toEqual(choice);
    expect(warnings).toEqual(labels);
  });

  it('are made of the calls in a conversation that brings none', () => {
    const { body, warnings } = encoded({ messages: history });
    expect(body['toolConfig']).toEqual({
      tools: [{ toolSpec: { name: 'tide', inputSchema: { json: { type: 'object', properties: {} } } } }],
    });
    expect(warnings).toEqual(['added:tools']);
  });

  it('take free text as their one argument', () => {
    const call = { ...CALL, kind: 'custom', input: 'free' } as const;
    const { body, warnings } = encoded({
      tools: [{ type: 'custom', name: 'tide', format: { type: 'grammar' } }],
      messages: [user('When?'), { role: 'assistant', content: [call] }],
    });
    expect(JSON.stringify(body)).toContain('"input":{"input":"free"}');
    expect(warnings).toEqual(['approximated:tools', 'dropped:tools[].format']);
  });

  it('keep arguments that are no object', () => {
    const { body, warnings } = encoded({
      tools: [TIDE],
      messages: [user('When?'), { role: 'assistant', content: [{ ...CALL, input: '[1' }] }],
    });
    expect(JSON.stringify(body)).toContain('"input":{"input":"[1"}');
    expect(warnings).toEqual(['approximated:messages[].toolCalls']);
  });
});

describe('what Converse can not be told', () => {
  const image = (source: object) =>
    [{ role: 'user', content: [{ type: 'image', source }] }] as unknown as Message[];

  it.each<[string, Partial<CanonicalRequest>, Partial<TargetProfile>, string]>([
    ['several answers', { choices: 2 }, {}, 'choices'],
    ['an address', { messages: image({ kind: 'url', url: 'https://x.test/a.png' }) }, {}, 'messages'],
    ['a stored file', { messages: image({ kind: 'stored', id: 'f', origin: 'gemini' }) }, {}, 'messages'],
    [
      'a strange image',
      { messages: image({ kind: 'base64', data: '', mediaType: 'image/heic' }) },
      {},
      'messages',
    ],
    [
      'an image to a blind model',
      { messages: image({ kind: 'base64', data: '', mediaType: 'image/png' }) },
      { images: false },
      'messages',
    ],
    ['tools to a model without', { tools: [TIDE] }, { tools: false }, 'tools'],
    ['a tool of a strange name', { tools: [{ ...TIDE, name: 'a b' }] }, {}, 'tools'],
    [
      "another vendor's tool",
      { tools: [{ type: 'builtin', kind: 'web-search', origin: 'gemini', value: {} }] },
      {},
      'tools',
    ],
  ])('%s', (_what, more, profile, field) => {
    expect(() => encoded(more, profile)).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', retry: 'next-channel', field }),
    );
  });

  it('is told as dropped when it only tunes', () => {
    const { body, warnings } = encoded({
      extensions: { store: true },
      sampling: { seed: 1, frequencyPenalty: 1, temperature: 1.5 },
      user: 'u',
      metadata: { a: 'b' },
      logprobs: { top: 1 },
      serviceTier: 'scale',
      stopSequences: [' '],
    });
    expect(body).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
      inferenceConfig: { temperature: 1 },
    });
    expect(warnings).toEqual([
      'dropped:frequencyPenalty',
      'dropped:seed',
      'approximated:temperature',
      'dropped:stopSequences',
      'dropped:store',
      'dropped:serviceTier',
      'dropped:metadata',
      'dropped:logprobs',
      'dropped:user',
    ]);
  });

  it('leaves marks of the cache out for models that refuse them', () => {
    const { body, warnings } = encoded(
      { system: [{ type: 'text', text: 'Hi', cache: {} }] },
      { cacheMarks: false },
    );
    expect(body['system']).toEqual([{ text: 'Hi' }]);
    expect(warnings).toEqual(['dropped:cache']);
  });
});

describe('a count of tokens by Converse', () => {
  it('is asked for with what counts', () => {
    const { body } = outbound.tokenCount.encodeRequest({ ...BASE, outputTokensMax: 5 }, TARGET);
    expect(body).toEqual({
      input: { converse: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] } },
    });
  });
});
