import { describe, expect, it } from '@jest/globals';
import type { Operation } from '@tollgate/contracts';
import { readRequest } from './request.js';

const read = (body: unknown, operation: Operation = 'chat') =>
  readRequest(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), { operation });

describe('reading a request for a response', () => {
  it('reads what the gateway decides on', () => {
    const { envelope } = read({ model: 'gpt-5.2', stream: true, max_output_tokens: 90, input: 'Hello' });
    expect(envelope).toMatchObject({
      ...{ model: 'gpt-5.2', streamed: true, wantsStreamUsage: true, outputTokensMax: 90, choices: 1 },
      ...{ storedInput: false, continues: null, stored: true },
    });
  });

  it('knows an answer that is stored from one that is not', () => {
    expect(read({ model: 'm', store: false }).envelope.stored).toBe(false);
    expect(read({ model: 'm', store: null }).envelope.stored).toBe(true);
  });

  it('knows what the request goes on with', () => {
    const { envelope } = read({ model: 'm', previous_response_id: 'resp_1' });
    expect(envelope).toMatchObject({ continues: 'resp_1', storedInput: true });
  });

  it.each([
    { conversation: 'conv_1' },
    { prompt: { id: 'pmpt_1' } },
    { input: [{ type: 'item_reference', id: 'msg_1' }] },
    { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }] },
  ])('expects input that is not in the body: %j', (members) => {
    expect(read({ model: 'm', ...members }).envelope.storedInput).toBe(true);
  });

  it.each(['compact', 'count-tokens'] as const)('never streams nor stores %s', (operation) => {
    const { envelope } = read({ model: 'm', stream: true, input: 'Hello' }, operation);
    expect(envelope).toMatchObject({ streamed: false, stored: false });
  });

  it('refuses answers in the background', () => {
    expect(() => read({ model: 'm', background: true })).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', field: 'background' }),
    );
  });

  it.each([
    [{ model: '' }, 'model'],
    [{ model: 'm', stream: 1 }, 'stream'],
    [{ model: 'm', max_output_tokens: 0 }, 'max_output_tokens'],
  ])('refuses %j, naming the field', (body, field) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', field }));
  });

  it('patches only the model and the limit, in place', () => {
    const text = '{ "model":"fast", "unknown":[1.0, 2e5],"input":"Hi" }';
    const patch = { model: 'gpt-5.2', streamUsage: true, outputLimitField: 'max_tokens', outputTokensMax: 7 };
    expect(read(text).encode(patch).toString()).toBe(
      '{"max_output_tokens":7, "model":"gpt-5.2", "unknown":[1.0, 2e5],"input":"Hi" }',
    );
  });
});
