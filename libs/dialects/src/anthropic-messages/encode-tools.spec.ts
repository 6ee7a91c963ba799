import { describe, expect, it } from '@jest/globals';
import { answered, called, encode, FUNCTION, USER } from '../../test-support/anthropic-request.js';

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
