import { describe, expect, it } from '@jest/globals';
import { CAPABILITIES, type Capability } from '@tollgate/contracts';
import { capabilityBits } from '@tollgate/routing';
import { needsOf } from './request-needs.js';

function needs(body: object): Capability[] {
  const bytes = Buffer.from(JSON.stringify(body));
  const found = needsOf({ bytes, parsed: body }, capabilityBits([...CAPABILITIES]));
  return CAPABILITIES.filter((capability) => (found & capabilityBits([capability])) !== 0);
}

const says = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const input = (...content: object[]) => ({ input: [{ role: 'user', content }] });
const parts = (...given: object[]) => ({ contents: [{ role: 'user', parts: given }] });
const config = (generationConfig: object) => ({ contents: [], generationConfig });
const media = (mimeType: string) => parts({ inlineData: { mimeType, data: '' } });
const result = (...content: object[]) => says({ type: 'tool_result', tool_use_id: 't', content });

describe('what a request needs', () => {
  it.each<[string, Capability, object]>([
    ['Chat', 'tools', { tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['Chat, before tools', 'tools', { functions: [{ name: 'f' }] }],
    ['Chat', 'vision', says({ type: 'image_url', image_url: { url: 'x' } })],
    ['Chat', 'audio', says({ type: 'input_audio', input_audio: { data: '', format: 'wav' } })],
    ['Chat, to be answered', 'audio', { modalities: ['text', 'audio'] }],
    ['Chat, to be answered in a voice', 'audio', { audio: { voice: 'alloy', format: 'wav' } }],
    ['Chat, of an earlier answer', 'audio', { messages: [{ role: 'assistant', audio: { id: 'a' } }] }],
    ['Chat', 'files', says({ type: 'file', file: { file_id: 'f' } })],
    ['Chat', 'json-schema', { response_format: { type: 'json_schema', json_schema: {} } }],
    ['Chat', 'reasoning', { reasoning_effort: 'low' }],
    ['Responses', 'tools', { tools: [{ type: 'function', name: 'f' }] }],
    ['Responses', 'vision', input({ type: 'input_image', image_url: 'x' })],
    [
      'Responses, of a tool',
      'vision',
      { input: [{ type: 'function_call_output', output: [{ type: 'input_image' }] }] },
    ],
    ['Responses', 'audio', input({ type: 'input_audio', input_audio: {} })],
    ['Responses', 'files', input({ type: 'input_file', file_id: 'f' })],
    ['Responses', 'json-schema', { text: { format: { type: 'json_schema', schema: {} } } }],
    ['Responses', 'reasoning', { reasoning: { effort: 'low' } }],
    ['Messages', 'tools', { tools: [{ name: 'f', input_schema: {} }] }],
    ['Messages', 'vision', says({ type: 'image', source: { type: 'url', url: 'x' } })],
    ['Messages, of a tool', 'vision', result({ type: 'image', source: {} })],
    ['Messages', 'files', says({ type: 'document', source: { type: 'file', file_id: 'f' } })],
    ['Messages, of a tool', 'files', result({ type: 'document', source: {} })],
    ['Messages', 'json-schema', { output_config: { format: { type: 'json_schema', schema: {} } } }],
    ['Messages, of the beta', 'json-schema', { output_format: { type: 'json_schema', schema: {} } }],
    ['Messages', 'reasoning', { thinking: { type: 'adaptive' } }],
    ['Messages, by effort', 'reasoning', { output_config: { effort: 'low' } }],
    ['Gemini', 'tools', { tools: [{ functionDeclarations: [{ name: 'f' }] }] }],
    ['Gemini', 'vision', media('image/heic')],
    ['Gemini, in snake case', 'vision', parts({ inline_data: { mime_type: 'image/png', data: '' } })],
    ['Gemini, of a file', 'vision', parts({ fileData: { mimeType: 'image/png', fileUri: 'x' } })],
    [
      'Gemini, of a tool',
      'vision',
      parts({ functionResponse: { parts: [{ inlineData: { mimeType: 'image/png' } }] } }),
    ],
    [
      'Gemini, one message alone',
      'audio',
      { contents: { parts: [{ inlineData: { mimeType: 'audio/wav' } }] } },
    ],
    ['Gemini', 'audio', media('audio/mpeg')],
    ['Gemini', 'files', media('application/pdf')],
    ['Gemini', 'json-schema', config({ responseSchema: {} })],
    ['Gemini', 'json-schema', config({ responseJsonSchema: {} })],
    ['Gemini, in snake case', 'json-schema', { generation_config: { response_schema: {} } }],
    ['Gemini', 'reasoning', config({ thinkingConfig: { thinkingBudget: 5 } })],
    ['Gemini, in snake case', 'reasoning', { generation_config: { thinking_config: {} } }],
  ])('in %s, is %s', (_dialect, capability, body) => {
    expect(needs(body)).toEqual([capability]);
  });

  const words = [
    ...[
      'tools',
      'functions',
      'image_url',
      'input_image',
      'image',
      'image/png',
      'inlineData',
      'input_audio',
      'audio',
    ],
    ...['audio/wav', 'input_file', 'file', 'document', 'application/pdf', 'json_schema', 'output_format'],
    ...['responseSchema', 'response_schema', 'reasoning_effort', 'reasoning', 'thinking', 'thinkingConfig'],
  ];
  const properties = Object.fromEntries(words.map((word) => [word, { type: 'string' }]));
  const schema = { type: 'object', properties, required: words, enum: words };
  const values = Object.fromEntries(words.map((word) => [word, { type: word }]));

  it.each<[string, object]>([
    ['Chat', { tools: [{ type: 'function', function: { name: 'f', parameters: schema } }] }],
    ['Responses', { tools: [{ type: 'function', name: 'f', parameters: schema }] }],
    ['Messages', { tools: [{ name: 'f', input_schema: schema }] }],
    ['Gemini', { tools: [{ functionDeclarations: [{ name: 'f', parameters: schema }] }] }],
  ])('is in %s nothing that parameters of a tool are called', (_dialect, body) => {
    expect(needs(body)).toEqual(['tools']);
  });

  it.each<[string, object]>([
    ['a text', { messages: [{ role: 'user', content: JSON.stringify(values) }] }],
    ['a text that is a word', { input: 'image', prompt: words }],
    ['a text in a list', says({ type: 'text', text: 'image' })],
    [
      'what a tool was called with, in Messages',
      says({ type: 'tool_use', id: 't', name: 'f', input: values }),
    ],
    ['what a tool was called with, in Gemini', parts({ functionCall: { name: 'f', args: values } })],
    ['what a tool answered, in Gemini', parts({ functionResponse: { name: 'f', response: values } })],
    ['metadata', { metadata: Object.fromEntries(words.map((word) => [word, word])) }],
    ['lists of none', { tools: [], functions: [], modalities: ['text'] }],
    ['members that are null', { tools: null, audio: null, reasoning: null, response_format: null }],
    ['another format', { response_format: { type: 'json_object' }, user: 'json_schema' }],
    ['another file', media('text/plain')],
  ])('is nothing that is mentioned in %s', (_what, body) => {
    expect(needs(body)).toEqual([]);
  });

  it('is looked for only where a channel lacks it, and only where a sign of it is', () => {
    const body = (text: string) => ({
      bytes: Buffer.from(text),
      get parsed(): unknown {
        throw new Error('it is parsed');
      },
    });
    expect(needsOf(body('{"tools":[1]}'), capabilityBits(['vision']))).toBe(0);
    expect(needsOf(body('{"user":"none"}'), capabilityBits([...CAPABILITIES]))).toBe(0);
  });
});
