import { describe, expect, it } from '@jest/globals';
import type { GatewayError } from '@tollgate/contracts';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { AwsEventStream } from './aws-event-stream.js';
import { reframed } from './stream-framing.js';
import type { UpstreamHandler, UpstreamHeaders } from './transport.js';

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text),
);

function message(headers: Record<string, string>, body: unknown): Buffer {
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }] as const);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return Buffer.from(codec.encode({ headers: Object.fromEntries(typed), body: Buffer.from(text) }));
}

const event = (name: string, body: unknown) =>
  message({ ':message-type': 'event', ':event-type': name }, body);
const chunk = (body: unknown) =>
  event('chunk', { bytes: Buffer.from(JSON.stringify(body)).toString('base64'), p: 'abc' });
const exception = (name: string, body: unknown) =>
  message({ ':message-type': 'exception', ':exception-type': name }, body);

function turned(bytes: Buffer, size = bytes.length): string {
  const stream = new AwsEventStream();
  let text = '';
  for (let at = 0; at < bytes.length; at += size)
    text += stream.push(bytes.subarray(at, at + size)).toString();
  stream.end();
  return text;
}

describe("Amazon's event stream", () => {
  it("turns chunks into the model's own events", () => {
    const start = { type: 'message_start', message: { id: 'msg_1' } };
    expect(turned(Buffer.concat([chunk(start), chunk({ delta: {}, type: 'content_block_delta' })]))).toBe(
      `event: message_start\ndata: ${JSON.stringify(start)}\n\n` +
        'event: content_block_delta\ndata: {"delta":{},"type":"content_block_delta"}\n\n',
    );
  });

  it('turns Converse events into events of their names', () => {
    const delta = { contentBlockIndex: 0, delta: { text: 'Grüße 🌍' } };
    expect(turned(event('contentBlockDelta', delta))).toBe(
      `event: contentBlockDelta\ndata: ${JSON.stringify(delta)}\n\n`,
    );
  });

  it('gives the same, however the bytes are split', () => {
    const bytes = Buffer.concat([
      chunk({ type: 'ping', text: '🌍' }),
      event('messageStop', { stopReason: 'end_turn' }),
      exception('throttlingException', { message: 'Too many requests' }),
    ]);
    const whole = turned(bytes);
    for (let size = 1; size < bytes.length; size += 1) expect(turned(bytes, size)).toBe(whole);
  });

  it.each([
    ['throttlingException', 'rate_limit_error'],
    ['serviceUnavailableException', 'overloaded_error'],
    ['modelTimeoutException', 'timeout_error'],
    ['validationException', 'invalid_request_error'],
    ['modelStreamErrorException', 'api_error'],
    ['internalServerException', 'api_error'],
    ['constructor', 'api_error'],
  ])('tells %s as %s', (code, type) => {
    expect(turned(exception(code, { message: 'sorry' }))).toBe(
      `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type, message: 'sorry', code } })}\n\n`,
    );
  });

  it('tells an error without a payload', () => {
    const bytes = message({ ':message-type': 'error', ':error-code': 'Oops', ':error-message': 'bad' }, '');
    expect(turned(bytes)).toContain('"error":{"type":"api_error","message":"bad","code":"Oops"}');
  });

  it('keeps an event on one line of data', () => {
    expect(turned(event('metadata', '{\n"usage": {}\r\n}'))).toBe(
      'event: metadata\ndata: { "usage": {} }\n\n',
    );
  });

  it.each<[string, Buffer]>([
    ['a wrong checksum', flipped(event('messageStop', {}))],
    ['a length that is too small', Buffer.from([0, 0, 0, 3, 0, 0, 0, 0])],
    ['a length that is too large', Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0])],
    ['a text instead of messages', Buffer.from('data: {"type":"ping"}\n\n')],
    ['a chunk without bytes', event('chunk', {})],
    ['a chunk that is no JSON', event('chunk', 'hello')],
    ['a chunk with no JSON inside', event('chunk', { bytes: 'aGk=' })],
    ['an event without a name', event('', {})],
    ['an event with line feeds in its name', event('a\n\nb', {})],
    ['an unknown type', message({}, {})],
  ])('refuses %s', (_what, bytes) => {
    expect(() => turned(bytes)).toThrow(expect.objectContaining({ code: 'upstream_invalid_response' }));
  });

  it('tells a stream that broke off', () => {
    const bytes = event('messageStop', {});
    expect(() => turned(bytes.subarray(0, -1))).toThrow(expect.objectContaining({ code: 'upstream_cut' }));
  });
});

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 6] = (copy[copy.length - 6] ?? 0) ^ 1;
  return copy;
}

class Recorder implements UpstreamHandler {
  readonly heard: unknown[] = [];
  headers: UpstreamHeaders = {};
  response(status: number, headers: UpstreamHeaders): void {
    this.heard.push(status);
    this.headers = headers;
  }
  data(bytes: Buffer): void {
    this.heard.push(bytes.toString());
  }
  end(): void {
    this.heard.push('end');
  }
  error(error: GatewayError): void {
    this.heard.push(error.code);
  }
}

describe('a reframed handler', () => {
  const STREAM = { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': '1' };
  const bytes = event('messageStop', {});

  it('is the same handler for server-sent events', () => {
    const recorder = new Recorder();
    expect(reframed(recorder, undefined)).toBe(recorder);
    expect(reframed(recorder, 'sse')).toBe(recorder);
  });

  it('hears server-sent events', () => {
    const recorder = new Recorder();
    const handler = reframed(recorder, 'aws-event-stream');
    handler.response(200, STREAM);
    handler.data(bytes.subarray(0, 20));
    handler.data(bytes.subarray(20));
    handler.end();
    expect(recorder.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-amzn-requestid': '1' });
    expect(recorder.heard).toEqual([200, 'event: messageStop\ndata: {}\n\n', 'end']);
  });

  it('lets other answers pass', () => {
    const recorder = new Recorder();
    const handler = reframed(recorder, 'aws-event-stream');
    handler.response(429, { 'content-type': 'application/json' });
    handler.data(Buffer.from('{"message":"slow down"}'));
    handler.end();
    expect(recorder.heard).toEqual([429, '{"message":"slow down"}', 'end']);
  });

  it('tells a broken stream once, and nothing after it', () => {
    const recorder = new Recorder();
    const handler = reframed(recorder, 'aws-event-stream');
    handler.response(200, STREAM);
    handler.data(flipped(bytes));
    handler.data(bytes);
    handler.end();
    expect(recorder.heard).toEqual([200, 'upstream_invalid_response']);
  });

  it('tells a stream that ends within an event', () => {
    const recorder = new Recorder();
    const handler = reframed(recorder, 'aws-event-stream');
    handler.response(200, STREAM);
    handler.data(bytes.subarray(0, 9));
    handler.end();
    expect(recorder.heard).toEqual([200, 'upstream_cut']);
  });
});
