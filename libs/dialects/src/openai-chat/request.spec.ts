import { describe, expect, it } from '@jest/globals';
import { readRequest } from './request.js';

const read = (body: unknown, operation: 'chat' | 'embeddings' = 'chat') =>
  readRequest(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), operation);
const encoded = (body: unknown, patch: Parameters<ReturnType<typeof read>['encode']>[0]) =>
  read(body).encode(patch).toString();

describe('reading a Chat Completions request', () => {
  it('reads what the gateway decides on', () => {
    const { envelope } = read({
      model: 'gpt-4o',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 10,
      n: 3,
      messages: [],
    });
    expect(envelope).toMatchObject({
      model: 'gpt-4o',
      streamed: true,
      wantsStreamUsage: true,
      outputTokensMax: 30,
      choices: 3,
    });
  });

  it.each([
    [10, 20],
    [20, 10],
  ])('counts on the higher limit of two (%i and %i): a vendor may know only one name', (older, newer) => {
    const { envelope } = read({ model: 'm', max_tokens: older, max_completion_tokens: newer });
    expect(envelope.outputTokensMax).toBe(20);
  });

  it('counts images by their documented size, not by their bytes', () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
    const { envelope } = read({ model: 'm', messages: [{ role: 'user', content: [image] }] });
    expect(envelope.inputTokensMax).toBeGreaterThan(2_500);
  });

  it.each([
    [{ messages: [] }, 'model'],
    [{ model: 7 }, 'model'],
    [{ model: '' }, 'model'],
    [{ model: 'm', stream: 'yes' }, 'stream'],
    [{ model: 'm', n: 0 }, 'n'],
    [{ model: 'm', max_tokens: -1 }, 'max_tokens'],
    [{ model: 'm', stream: true, stream_options: 5 }, 'stream_options'],
  ])('refuses %j, naming the field', (body, field) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', field }));
  });
});

describe('patching a request', () => {
  const patch = { model: 'm', streamUsage: false };

  it('passes the very bytes when nothing of ours changes', () => {
    const text = '{ "model":"m",  "unknown":[1.0, 2e5],"messages":[] }';
    expect(encoded(text, patch)).toBe(text);
  });

  it('replaces the model name in place', () => {
    expect(encoded('{"a":1, "model" : "fast" ,"b":2}', { ...patch, model: 'gpt "4"' })).toBe(
      '{"a":1, "model" : "gpt \\"4\\"" ,"b":2}',
    );
  });

  it('asks for usage in a stream', () => {
    expect(encoded('{"model":"m","stream":true}', { ...patch, streamUsage: true })).toBe(
      '{"stream_options":{"include_usage":true},"model":"m","stream":true}',
    );
  });

  it("keeps the client's other stream options", () => {
    const text = '{"model":"m","stream":true,"stream_options":{"include_obfuscation":false}}';
    expect(JSON.parse(encoded(text, { ...patch, streamUsage: true }))).toMatchObject({
      stream_options: { include_obfuscation: false, include_usage: true },
    });
  });

  it('does not ask for usage where nothing streams', () => {
    expect(encoded('{"model":"m"}', { ...patch, streamUsage: true })).toBe('{"model":"m"}');
  });

  it('limits the answer to what the balance covers', () => {
    const limited = encoded(
      { model: 'm' },
      { ...patch, outputTokensMax: { field: 'max_tokens', tokens: 12 } },
    );
    expect(JSON.parse(limited)).toEqual({ model: 'm', max_tokens: 12 });
  });

  it('limits the answer where the client wrote null for no limit', () => {
    const limited = encoded('{"model":"m","max_tokens":null}', {
      ...patch,
      outputTokensMax: { field: 'max_tokens', tokens: 12 },
    });
    expect(limited).toBe('{"model":"m","max_tokens":12}');
  });
});
