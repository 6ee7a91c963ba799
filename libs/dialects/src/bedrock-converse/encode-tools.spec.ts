import { describe, expect, it } from '@jest/globals';
import { user } from '../../test-support/canonical-request.js';
import { CALL, encoded, TIDE } from '../../test-support/converse-request.js';
import type { CanonicalRequest, Message } from '../canonical/request.js';

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
