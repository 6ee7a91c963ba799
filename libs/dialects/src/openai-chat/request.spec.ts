import { describe, expect, it } from '@jest/globals';
import { readRequest } from './request.js';

const read = (body: unknown, operation: 'chat' | 'embeddings' = 'chat') =>
  readRequest(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), { operation });
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

  it('takes no other member for an image, though its name ends alike', () => {
    const body =
      '{"_url":1,"my_url":2,"an_image_url":3,"model":"m","image_url":4,"x":{"image_url":"image_url"}}';
    const { envelope } = read(body);
    expect(envelope.inputTokensMax).toBe(body.length + 3 * 2_500);
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
  const patch = { model: 'm', streamUsage: false, outputLimitField: 'max_tokens' };

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
    const limited = encoded({ model: 'm' }, { ...patch, outputTokensMax: 12 });
    expect(JSON.parse(limited)).toEqual({ model: 'm', max_tokens: 12 });
  });

  it('limits the answer where the client wrote null for no limit', () => {
    const limited = encoded('{"model":"m","max_tokens":null}', { ...patch, outputTokensMax: 12 });
    expect(limited).toBe('{"model":"m","max_tokens":12}');
  });

  const newer = { ...patch, outputLimitField: 'max_completion_tokens' };

  it("writes the client's limit under the name that the vendor knows", () => {
    expect(encoded('{"model":"m", "max_tokens" : 9}', newer)).toBe(
      '{"model":"m", "max_completion_tokens" : 9}',
    );
    expect(encoded('{"max_completion_tokens":9,"model":"m"}', patch)).toBe('{"max_tokens":9,"model":"m"}');
  });

  it('renames and lowers a limit at once', () => {
    const limited = encoded('{"model":"m", "max_tokens" : 900}', { ...newer, outputTokensMax: 12 });
    expect(limited).toBe('{"model":"m", "max_completion_tokens" : 12}');
  });

  it('leaves a limit alone that the client wrote under both names', () => {
    const text = '{"model":"m","max_tokens":9,"max_completion_tokens":8}';
    expect(encoded(text, newer)).toBe(text);
  });

  it('lowers both when the client wrote both, as the vendor may know either', () => {
    const limited = encoded('{"model":"m","max_tokens":90,"max_completion_tokens":80}', {
      ...newer,
      outputTokensMax: 12,
    });
    expect(limited).toBe('{"model":"m","max_tokens":12,"max_completion_tokens":12}');
  });

  it('adds a limit beside a null under the other name', () => {
    const limited = encoded('{"model":"m","max_tokens":null}', { ...newer, outputTokensMax: 12 });
    expect(JSON.parse(limited)).toEqual({ model: 'm', max_tokens: null, max_completion_tokens: 12 });
  });

  it('takes out and adds members that the vendor wants so', () => {
    const shaped = encoded('{"model":"m","b":1}', { ...patch, remove: ['model'], add: { b: 2, c: 3 } });
    expect(JSON.parse(shaped)).toEqual({ b: 1, c: 3 });
  });
});
