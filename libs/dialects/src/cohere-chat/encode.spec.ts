import { describe, expect, it } from '@jest/globals';
import { EMPTY_REQUEST, user } from '../../test-support/canonical-request.js';
import type { CanonicalRequest } from '../canonical/request.js';
import { FULL_TARGET, type TargetProfile } from '../canonical/target.js';
import { warningLabel } from '../canonical/warning.js';
import { cohereChat } from './index.js';

const TARGET: TargetProfile = { ...FULL_TARGET, model: 'command-a', reasoning: 'thinking-type' };
const BASE: CanonicalRequest = { ...EMPTY_REQUEST, messages: [user('Hello')] };
const TIDE = { type: 'function', name: 'tide', parameters: { type: 'object' } } as const;
const CALL = { type: 'tool-call', id: 'call_1', name: 'tide', input: '{"a":1}', kind: 'function' } as const;
const HELLO = { role: 'user', content: 'Hello' };

function encoded(more: Partial<CanonicalRequest>, profile: Partial<TargetProfile> = {}) {
  const { body, warnings } = cohereChat.outbound.encodeRequest(
    { ...BASE, ...more },
    { ...TARGET, ...profile },
  );
  return { body, warnings: warnings.map(warningLabel) };
}

describe('a request to Cohere', () => {
  it('holds instructions, turns and parameters under its names', () => {
    const { body, warnings } = encoded({
      stream: true,
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [user('Hello'), { role: 'assistant', content: [{ type: 'text', text: 'Hi' }] }],
      outputTokensMax: 100,
      sampling: {
        temperature: 1.5,
        topP: 0.9,
        topK: 5,
        frequencyPenalty: 0.5,
        presencePenalty: 0.1,
        seed: 7,
      },
      stopSequences: ['END'],
    });
    expect(body).toEqual({
      model: 'command-a',
      messages: [{ role: 'system', content: 'Be brief.' }, HELLO, { role: 'assistant', content: 'Hi' }],
      stream: true,
      max_tokens: 100,
      temperature: 1.5,
      p: 0.9,
      k: 5,
      frequency_penalty: 0.5,
      presence_penalty: 0.1,
      seed: 7,
      stop_sequences: ['END'],
    });
    expect(warnings).toEqual([]);
  });

  it('holds calls with their plan and thoughts, and results', () => {
    const { body, warnings } = encoded({
      tools: [{ ...TIDE, description: 'High water.', strict: true }],
      messages: [
        user('When?'),
        {
          role: 'assistant',
          content: [{ type: 'reasoning', text: 'Hm.' }, { type: 'text', text: 'I look.' }, CALL],
        },
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'call_1',
              kind: 'function',
              isError: true,
              content: [{ type: 'text', text: 'no tide' }],
            },
          ],
        },
      ],
    });
    expect(body).toMatchObject({
      tools: [
        {
          type: 'function',
          function: { name: 'tide', description: 'High water.', parameters: { type: 'object' } },
        },
      ],
      strict_tools: true,
      messages: [
        { role: 'user', content: 'When?' },
        {
          role: 'assistant',
          tool_plan: 'I look.',
          content: [{ type: 'thinking', thinking: 'Hm.' }],
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'tide', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'Error: no tide' },
      ],
    });
    expect(warnings).toEqual(['approximated:messages[].isError']);
  });

  it('holds images and text files', () => {
    const { body } = encoded({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            {
              type: 'image',
              source: { kind: 'base64', data: 'iVBO', mediaType: 'image/png' },
              detail: 'low',
            },
            {
              type: 'file',
              mediaType: null,
              source: { kind: 'base64', data: 'aGk=', mediaType: 'text/csv' },
            },
          ],
        },
      ],
    });
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO', detail: 'low' } },
          { type: 'text', text: 'hi' },
        ],
      },
    ]);
  });

  it.each<[string, Partial<CanonicalRequest>, unknown, string[]]>([
    ['any JSON', { responseFormat: { type: 'json' } }, { type: 'json_object' }, []],
    [
      'a schema',
      { responseFormat: { type: 'json-schema', name: 'tide', schema: { type: 'object' } } },
      { type: 'json_object', json_schema: { type: 'object' } },
      [],
    ],
    [
      'JSON beside tools',
      { responseFormat: { type: 'json' }, tools: [TIDE] },
      undefined,
      ['approximated:responseFormat'],
    ],
  ])('asks for %s', (_what, more, format, labels) => {
    const { body, warnings } = encoded(more);
    expect(body['response_format']).toEqual(format);
    expect(warnings).toEqual(labels);
  });

  it.each<[string, CanonicalRequest['toolChoice'], string | undefined, string[]]>([
    ['demanded', { type: 'required' }, 'REQUIRED', ['tide', 'now']],
    ['forbidden', { type: 'none' }, 'NONE', ['tide', 'now']],
    ['left open', { type: 'auto' }, undefined, ['tide', 'now']],
    ['demanded by name', { type: 'tool', name: 'now', kind: 'function' }, 'REQUIRED', ['now']],
    ['allowed in part', { type: 'allowed', mode: 'auto', names: ['tide'] }, undefined, ['tide']],
  ])('has tools %s', (_how, toolChoice, choice, names) => {
    const tools = [TIDE, { ...TIDE, name: 'now' }];
    const { body, warnings } = encoded({ tools, ...(toolChoice === undefined ? {} : { toolChoice }) });
    expect(body['tool_choice']).toBe(choice);
    const offered = body['tools'] as { function: { name: string } }[];
    expect(offered.map((tool) => tool.function.name)).toEqual(names);
    expect(warnings).toEqual(names.length === tools.length ? [] : ['approximated:toolChoice']);
  });

  it.each<[string, Partial<CanonicalRequest>, unknown, string[]]>([
    ['by a budget', { reasoning: { budgetTokens: 900 } }, { type: 'enabled', token_budget: 900 }, []],
    [
      'by an effort',
      { reasoning: { effort: 'medium' }, outputTokensMax: 4_000 },
      { type: 'enabled', token_budget: 2_000 },
      ['approximated:reasoning'],
    ],
    ['as much as the model likes', { reasoning: {} }, { type: 'enabled' }, []],
    ['not at all', { reasoning: { effort: 'none' } }, { type: 'disabled' }, []],
  ])('asks for thinking %s', (_how, more, thinking, labels) => {
    const { body, warnings } = encoded(more);
    expect(body['thinking']).toEqual(thinking);
    expect(warnings).toEqual(labels);
  });

  it('asks a model for no thinking that does not know how', () => {
    const { body, warnings } = encoded({ reasoning: { effort: 'low' } }, { reasoning: 'none' });
    expect(body['thinking']).toBeUndefined();
    expect(warnings).toEqual(['dropped:reasoning']);
  });

  it('keeps what is out of bounds within them', () => {
    const { body, warnings } = encoded({
      sampling: { topP: 1, topK: 900, frequencyPenalty: -1 },
      stopSequences: ['1', '2', '3', '4', '5', '6'],
    });
    expect(body).toMatchObject({
      p: 0.99,
      k: 500,
      frequency_penalty: 0,
      stop_sequences: ['1', '2', '3', '4', '5'],
    });
    expect(warnings).toEqual([
      'approximated:topP',
      'approximated:topK',
      'approximated:frequencyPenalty',
      'dropped:stopSequences',
    ]);
  });

  it('takes free text as the one argument of a function', () => {
    const { body } = encoded({
      tools: [{ type: 'custom', name: 'tide' }],
      messages: [user('When?'), { role: 'assistant', content: [{ ...CALL, kind: 'custom', input: 'free' }] }],
    });
    expect(JSON.stringify(body)).toContain('"arguments":"{\\"input\\":\\"free\\"}"');
  });
});

describe('what Cohere can not be told', () => {
  const PDF = { kind: 'base64', data: 'AA==', mediaType: 'application/pdf' } as const;

  it.each<[string, Partial<CanonicalRequest>, Partial<TargetProfile>, string]>([
    ['several answers', { choices: 2 }, {}, 'choices'],
    [
      'a PDF',
      { messages: [{ role: 'user', content: [{ type: 'file', mediaType: null, source: PDF }] }] },
      {},
      'messages',
    ],
    ['a sound', { messages: [{ role: 'user', content: [{ type: 'audio', source: PDF }] }] }, {}, 'messages'],
    [
      'an image to a blind model',
      { messages: [{ role: 'user', content: [{ type: 'image', source: PDF }] }] },
      { images: false },
      'messages',
    ],
    [
      'an image of a tool',
      {
        messages: [
          {
            role: 'tool',
            content: [
              {
                type: 'tool-result',
                toolCallId: '1',
                kind: 'function',
                content: [{ type: 'image', source: PDF }],
              },
            ],
          },
        ],
      },
      {},
      'messages',
    ],
    ['tools to a model without', { tools: [TIDE] }, { tools: false }, 'tools'],
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
      user: 'u',
      metadata: { a: 'b' },
      logprobs: { top: 1 },
      serviceTier: 'flex',
      messages: [
        { ...user('Hello'), name: 'Ada' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'reasoning', text: 'theirs', signature: { origin: 'gemini', value: 'x' } },
            { type: 'opaque', origin: 'gemini', kind: 'executableCode', value: {} },
          ],
        },
      ],
    });
    expect(body).toEqual({ model: 'command-a', messages: [HELLO, { role: 'assistant', content: 'Hi' }] });
    expect(warnings).toEqual([
      'dropped:store',
      'dropped:messages[].name',
      'dropped:messages[].reasoning',
      'dropped:messages[].executableCode',
      'dropped:logprobs',
      'dropped:metadata',
      'dropped:serviceTier',
      'dropped:user',
    ]);
  });
});
