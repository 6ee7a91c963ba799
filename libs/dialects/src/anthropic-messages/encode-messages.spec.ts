import { describe, expect, it } from '@jest/globals';
import { answered, called, encode, FUNCTION, USER } from '../../test-support/anthropic-request.js';
import type { Message } from '../canonical/request.js';

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
