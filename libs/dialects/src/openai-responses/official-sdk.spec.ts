import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { GatewayError } from '@tollgate/contracts';
import { replayResponse } from '../canonical/replay.js';
import type { AnswerPart } from '../canonical/part.js';
import type { CanonicalResponse, Finish } from '../canonical/response.js';
import { Warnings } from '../canonical/warning.js';
import type { AnswerContext } from '../dialect.js';
import { decodeRequest } from './decode-request.js';
import { encodeResponse } from './encode-response.js';
import { ResponsesStreamEncoder } from './encode-stream.js';

const TOOLS = [
  { type: 'function', name: 'look_up', parameters: { type: 'object' }, strict: false },
  { type: 'custom', name: 'run_shell' },
];
const REQUEST = { model: 'm', input: 'Hello', instructions: 'Be brief.', tools: TOOLS };

function context(): AnswerContext {
  const request = decodeRequest(REQUEST);
  return { request, requestId: 'r-1', now: 1_779_870_000, warnings: new Warnings(), streamUsage: true };
}

function answer(parts: readonly AnswerPart[], reason: Finish['reason'] = 'stop'): CanonicalResponse {
  const usage = { input: 5, cacheRead: 2, output: 3, reasoning: 1 };
  return {
    id: null,
    model: 'x',
    createdAt: null,
    choices: [{ parts, finish: { reason, raw: null } }],
    usage,
  };
}

/** The official client, reading what the gateway would send. */
function client(body: string, contentType: string): OpenAI {
  const fetch = () => Promise.resolve(new Response(body, { headers: { 'content-type': contentType } }));
  return new OpenAI({ apiKey: 'unused', maxRetries: 0, fetch });
}

function streamOf(response: CanonicalResponse): { readonly text: string; readonly warnings: Warnings } {
  const told = context();
  const encoder = new ResponsesStreamEncoder(told);
  let text = '';
  replayResponse(response, (part) => {
    text += encoder.push(part);
  });
  return { text: text + encoder.end(), warnings: told.warnings };
}

const ANSWERS: Readonly<Record<string, CanonicalResponse>> = {
  'words in several blocks, with sources': answer([
    { type: 'text', text: 'One. ' },
    {
      type: 'text',
      text: 'Two.',
      citations: [{ url: 'https://example.com', title: null, citedText: null, start: 0, end: 4 }],
    },
  ]),
  'thoughts of another vendor, and calls': answer(
    [
      { type: 'reasoning', text: 'Hm.', signature: { origin: 'anthropic-messages', value: 'sig' } },
      {
        type: 'reasoning',
        text: '',
        redacted: true,
        signature: { origin: 'anthropic-messages', value: 'hid' },
      },
      { type: 'text', text: 'Let me see.' },
      { type: 'tool-call', id: 'toolu_1', name: 'look_up', input: '{"q":1}', kind: 'function' },
      { type: 'tool-call', id: 'toolu_2', name: 'run_shell', input: '{"input":"ls -l"}', kind: 'function' },
      { type: 'tool-call', id: 'toolu_3', name: 'look_up', input: '', kind: 'function' },
    ],
    'tool-calls',
  ),
  'a refusal behind words, cut short': answer(
    [
      { type: 'text', text: 'Well.' },
      { type: 'refusal', text: 'No.' },
    ],
    'length',
  ),
  'an image': answer([{ type: 'image', source: { kind: 'base64', data: 'aGk=', mediaType: 'image/png' } }]),
  "a vendor's own tool": answer([
    {
      type: 'opaque',
      origin: 'openai-responses',
      kind: 'web_search_call',
      value: {
        id: 'ws_1',
        type: 'web_search_call',
        status: 'completed',
        action: { type: 'search', query: 'q' },
      },
    },
    { type: 'text', text: 'Found.' },
  ]),
  nothing: answer([]),
};

describe.each(Object.entries(ANSWERS))('the official SDK reads %s', (_, response) => {
  it('from a stream, event by event, as from the whole answer', async () => {
    const whole = JSON.parse(JSON.stringify(encodeResponse(response, context()))) as { output: object[] };
    const stream = client(streamOf(response).text, 'text/event-stream').responses.stream({
      model: 'm',
      input: 'Hello',
    });
    const final = await stream.finalResponse();
    expect(final.output).toMatchObject(whole.output);
    expect(final.usage).toMatchObject({ input_tokens: 7, output_tokens: 4, total_tokens: 11 });
  });
});

describe('the official SDK', () => {
  it('gets calls of free-text tools back as such, and states of other vendors packed', () => {
    const response = ANSWERS['thoughts of another vendor, and calls'] ?? answer([]);
    const { output } = encodeResponse(response, context()) as { readonly output: readonly object[] };
    expect(output).toMatchObject([
      { type: 'reasoning', encrypted_content: '1tollgate.anthropic-messages.sig' },
      { type: 'reasoning', summary: [], encrypted_content: '1tollgate.anthropic-messages.redacted:hid' },
      { type: 'message', content: [{ type: 'output_text', text: 'Let me see.' }] },
      { type: 'function_call', name: 'look_up', call_id: 'toolu_1', arguments: '{"q":1}' },
      { type: 'custom_tool_call', name: 'run_shell', call_id: 'toolu_2', input: 'ls -l' },
      { type: 'function_call', arguments: '{}' },
    ]);
    const { messages } = decodeRequest({ model: 'm', input: output });
    expect(messages[0]?.content.slice(0, 2)).toMatchObject([
      { type: 'reasoning', text: 'Hm.', signature: { origin: 'anthropic-messages', value: 'sig' } },
      { type: 'reasoning', redacted: true, signature: { origin: 'anthropic-messages', value: 'hid' } },
    ]);
  });

  it('raises an error for a stream that breaks off', async () => {
    const encoder = new ResponsesStreamEncoder(context());
    let text = encoder.push({ type: 'response-start', id: null, model: null, createdAt: null });
    text += encoder.push({ type: 'text-start', choice: 0 });
    text += encoder.push({ type: 'text-delta', choice: 0, text: 'The answ' });
    text += encoder.fail(new GatewayError('upstream_cut', 'The vendor broke off.'));
    const stream = client(text, 'text/event-stream').responses.stream({ model: 'm', input: 'Hello' });
    await expect(stream.finalResponse()).rejects.toMatchObject({ code: 'upstream_cut' });
  });

  it('is told what was asked', () => {
    expect(encodeResponse(answer([]), context())).toMatchObject({
      ...{ id: 'resp_r1', object: 'response', created_at: 1_779_870_000, status: 'completed' },
      ...{
        instructions: 'Be brief.',
        tool_choice: 'auto',
        parallel_tool_calls: true,
        tools: TOOLS.map(() => ({})),
      },
      text: { format: { type: 'text' } },
    });
  });

  it('places sources of a later block within the whole text', () => {
    const { text } = streamOf(ANSWERS['words in several blocks, with sources'] ?? answer([]));
    expect(text).toContain('"start_index":5,"end_index":9');
  });
});
