import { describe, expect, it } from '@jest/globals';
import { packSignature } from '../canonical/signature.js';
import { readRequest } from './request.js';

const read = (body: unknown, operation: 'chat' | 'count-tokens' = 'chat') =>
  readRequest(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), { operation });
const user = (content: unknown) => [{ role: 'user', content }];
const patch = { model: 'm', streamUsage: true, outputLimitField: 'max_tokens' };

describe('reading a request', () => {
  it('reads what the gateway decides on', () => {
    expect(read({ model: 'm', stream: true, max_tokens: 10, messages: [] })).toMatchObject({
      envelope: {
        model: 'm',
        streamed: true,
        wantsStreamUsage: true,
        outputTokensMax: 10,
        choices: 1,
        storedInput: false,
      },
      foreignState: false,
    });
  });

  it('takes a limit of 0, which only fills the cache', () => {
    expect(read({ model: 'm', max_tokens: 0 }).envelope.outputTokensMax).toBe(0);
  });

  it('knows that a count of tokens generates nothing', () => {
    expect(read({ model: 'm', messages: [], stream: true }, 'count-tokens').envelope).toMatchObject({
      streamed: false,
      outputTokensMax: 0,
    });
  });

  it('counts media by their documented size, and text by its bytes', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aaaa' } };
    const pdf = { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } };
    const text = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'short' } };
    const bound = (block: unknown) => read({ model: 'm', messages: user([block]) }).envelope.inputTokensMax;
    expect(bound(image)).toBeGreaterThan(4_784);
    expect(bound(pdf)).toBeGreaterThan(460_000);
    expect(bound(text)).toBeLessThan(200);
  });

  it.each([
    { messages: user([{ type: 'document', source: { type: 'file', file_id: 'file_1' } }]) },
    { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    { mcp_servers: [] },
  ])('knows input that is not in the body: %j', (members) => {
    expect(read({ model: 'm', ...members }).envelope.storedInput).toBe(true);
  });

  it("notices another vendor's state", () => {
    const signature = packSignature({ origin: 'gemini', value: 'x' }, 'anthropic-messages');
    const messages = [{ role: 'assistant', content: [{ type: 'thinking', thinking: '', signature }] }];
    expect(read({ model: 'm', messages }).foreignState).toBe(true);
  });

  it.each([
    [{ messages: [] }, 'model'],
    [{ model: 'm', stream: 'yes' }, 'stream'],
    [{ model: 'm', max_tokens: -1 }, 'max_tokens'],
  ])('refuses %j, naming the field', (body, field) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', field }));
  });
});

describe('patching a request', () => {
  it('passes the very bytes when nothing of ours changes', () => {
    const text = '{ "model":"m",  "unknown":[1.0, 2e5],"stream":true,"messages":[] }';
    expect(read(text).encode(patch).toString()).toBe(text);
  });

  it('replaces the model and limits the answer', () => {
    const text = '{"max_tokens":100,"model":"fast","x":1}';
    expect(
      read(text)
        .encode({ ...patch, outputTokensMax: 12 })
        .toString(),
    ).toBe('{"max_tokens":12,"model":"m","x":1}');
  });

  it('takes out what a vendor has in the path, and adds what it wants', () => {
    const encoded = read('{"model":"m","stream":true,"messages":[]}').encode({
      ...patch,
      remove: ['model', 'stream'],
      add: { anthropic_version: 'v1' },
    });
    expect(JSON.parse(encoded.toString())).toEqual({ anthropic_version: 'v1', messages: [] });
  });
});
