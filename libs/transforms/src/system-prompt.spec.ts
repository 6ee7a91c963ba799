import { describe, expect, it } from '@jest/globals';
import type { ChannelTransforms, DialectId, Operation } from '@tollgate/contracts';
import { ChannelRules } from './channel-rules.js';
import type { TransformContext } from './transform-state.js';

const CONTEXT: TransformContext = {
  model: 'm',
  upstreamModel: 'm',
  retries: 0,
  stream: false,
  client: { header: () => undefined },
};

function changed(
  transforms: ChannelTransforms,
  body: object,
  { dialect, operation = 'chat' }: { dialect: DialectId; operation?: Operation },
): unknown {
  const transform = ChannelRules.of(transforms).transformFor({ dialect, operation });
  if (transform === undefined) return 'unchanged';
  const bytes = Buffer.from(JSON.stringify(body));
  return JSON.parse(transform.apply({ body: bytes, headers: [] }, CONTEXT).body.toString());
}

const user = { role: 'user', content: 'Hi' };
const system = (content: unknown) => ({ role: 'system', content });
const text = (value: string) => ({ type: 'text', text: value });

describe('a system prompt', () => {
  it.each([
    ['openai-chat', 'default', { messages: [user] }, { messages: [system('P'), user] }],
    ['openai-chat', 'default', { messages: [system('S'), user] }, { messages: [system('S'), user] }],
    ['openai-chat', 'prepend', { messages: [user] }, { messages: [system('P'), user] }],
    ['openai-chat', 'prepend', { messages: [system('S'), user] }, { messages: [system('P\nS'), user] }],
    [
      'openai-chat',
      'prepend',
      { messages: [{ role: 'developer', content: [text('S')] }] },
      { messages: [{ role: 'developer', content: [text('P'), text('S')] }] },
    ],
    [
      'openai-chat',
      'override',
      { messages: [system('S'), user, system('T')] },
      { messages: [system('P'), user] },
    ],
    ['cohere-chat', 'prepend', { messages: [system('S'), user] }, { messages: [system('P\nS'), user] }],
    ['anthropic-messages', 'default', { messages: [user] }, { messages: [user], system: 'P' }],
    ['anthropic-messages', 'default', { system: 'S' }, { system: 'S' }],
    ['anthropic-messages', 'default', { system: [] }, { system: 'P' }],
    ['anthropic-messages', 'prepend', { system: 'S' }, { system: 'P\nS' }],
    ['anthropic-messages', 'prepend', { system: [text('S')] }, { system: [text('P'), text('S')] }],
    ['anthropic-messages', 'override', { system: [text('S')] }, { system: 'P' }],
    ['bedrock-converse', 'prepend', { system: [{ text: 'S' }] }, { system: [{ text: 'P' }, { text: 'S' }] }],
    ['bedrock-converse', 'default', {}, { system: [{ text: 'P' }] }],
    ['openai-responses', 'default', { input: 'Hi' }, { input: 'Hi', instructions: 'P' }],
    ['openai-responses', 'default', { input: [system('S')] }, { input: [system('S')] }],
    [
      'openai-responses',
      'prepend',
      { input: 'Hi', instructions: 'S' },
      { input: 'Hi', instructions: 'P\nS' },
    ],
    ['openai-responses', 'override', { input: [system('S'), user] }, { input: [user], instructions: 'P' }],
    ['gemini', 'default', {}, { systemInstruction: { parts: [{ text: 'P' }] } }],
    [
      'gemini',
      'prepend',
      { system_instruction: { parts: [{ text: 'S' }] } },
      { systemInstruction: { parts: [{ text: 'P' }, { text: 'S' }] } },
    ],
    [
      'gemini',
      'override',
      { systemInstruction: { parts: [{ text: 'S' }] } },
      { systemInstruction: { parts: [{ text: 'P' }] } },
    ],
  ] as const)('of %s, %s: %j', (dialect, mode, body, expected) => {
    expect(changed({ systemPrompt: { text: 'P', mode } }, body, { dialect })).toEqual(expected);
  });

  it('counts where tokens are counted of a request like that', () => {
    const systemPrompt = { text: 'P', mode: 'prepend' } as const;
    const counting = { dialect: 'anthropic-messages', operation: 'count-tokens' } as const;
    expect(changed({ systemPrompt }, { messages: [user] }, counting)).toMatchObject({ system: 'P' });
    expect(changed({ systemPrompt }, {}, { dialect: 'openai-chat', operation: 'embeddings' })).toBe(
      'unchanged',
    );
    expect(changed({ systemPrompt }, {}, { dialect: 'gemini', operation: 'count-tokens' })).toBe('unchanged');
  });

  it('is seen by the overrides', () => {
    const transforms: ChannelTransforms = {
      systemPrompt: { text: 'P', mode: 'default' },
      overrides: [{ mode: 'to-lower', path: 'system' }],
    };
    expect(changed(transforms, {}, { dialect: 'anthropic-messages' })).toEqual({ system: 'p' });
  });
});

describe('disableStore', () => {
  it.each([
    ['openai-responses', {}, { store: false }],
    ['openai-responses', { store: true }, { store: false }],
    ['openai-chat', { store: true }, { store: false }],
    ['openai-chat', {}, {}],
    ['anthropic-messages', { store: true }, 'unchanged'],
  ] as const)('of %s: %j', (dialect, body, expected) => {
    expect(changed({ disableStore: true }, body, { dialect })).toEqual(expected);
  });
});

it('a channel that changes nothing has no transform', () => {
  expect(changed({}, {}, { dialect: 'openai-chat' })).toBe('unchanged');
  expect(changed({ overrides: [], systemPrompt: null }, {}, { dialect: 'openai-chat' })).toBe('unchanged');
  const passing = { passThroughBody: true, overrides: [{ mode: 'delete' as const, path: 'a' }] };
  expect(changed(passing, {}, { dialect: 'openai-chat' })).toBe('unchanged');
});
