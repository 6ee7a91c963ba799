import { describe, expect, it } from '@jest/globals';
import { user } from '../../test-support/canonical-request.js';
import { BASE, CALL, encoded, TARGET, TIDE } from '../../test-support/converse-request.js';
import type { Message } from '../canonical/request.js';
import { bedrockConverse } from './index.js';

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

describe('a count of tokens by Converse', () => {
  it('is asked for with what counts', () => {
    const { body } = bedrockConverse.outbound.tokenCount.encodeRequest(
      { ...BASE, outputTokensMax: 5 },
      TARGET,
    );
    expect(body).toEqual({
      input: { converse: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] } },
    });
  });
});
