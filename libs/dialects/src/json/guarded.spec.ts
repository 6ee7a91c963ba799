import { describe, expect, it } from '@jest/globals';
import { GUARDED_MEMBERS, type GuardedMember } from '@tollgate/contracts';
import { anthropicMessages, gemini, openaiChat, openaiResponses } from '../index.js';
import type { InboundDialect } from '../dialect.js';
import { withoutGuarded } from './guarded.js';

const PATCH = { model: 'm', streamUsage: false, outputLimitField: 'max_tokens' };

function passed(
  dialect: { readonly inbound: Pick<InboundDialect, 'readRequest'> },
  text: string,
  withhold: readonly GuardedMember[] = GUARDED_MEMBERS,
): unknown {
  const body = dialect.inbound.readRequest(Buffer.from(text), { operation: 'chat', model: 'm' });
  const kept = body.guarded.filter((member) => withhold.includes(member));
  return JSON.parse(body.encode({ ...PATCH, withhold: kept }).toString());
}

describe('a guarded member that passes', () => {
  it.each([
    ['first', '{"service_tier":"priority","model":"m"}', { model: 'm' }],
    ['last', '{"model":"m" , "service_tier" : "priority" }', { model: 'm' }],
    ['between', '{"model":"m","service_tier":"priority","n":1}', { model: 'm', n: 1 }],
    ['next to another', '{"speed":"fast", "service_tier":"x","model":"m"}', { model: 'm' }],
    ['last, next to another', '{"model":"m","speed":"fast",\n"service_tier":"x"}', { model: 'm' }],
    ['apart from another', '{"speed":"fast","model":"m","service_tier":"x"}', { model: 'm' }],
    ['beside a patch', '{"service_tier":"x","model":"other"}', { model: 'm' }],
    [
      'with text that looks like it',
      '{"messages":["\\"service_tier\\":1"],"model":"m","service_tier":"x"}',
      { messages: ['"service_tier":1'], model: 'm' },
    ],
  ])('is cut out where it stands %s', (_where, text, expected) => {
    expect(passed(openaiChat, text)).toEqual(expected);
  });

  it('leaves everything else as it was written', () => {
    const text = '{"model":"m", "seed":12345678901234567890,"service_tier":"flex", "x":1.0}';
    const body = openaiChat.inbound.readRequest(Buffer.from(text), { operation: 'chat' });
    const sent = body.encode({ ...PATCH, withhold: body.guarded }).toString();
    expect(sent).toBe('{"model":"m", "seed":12345678901234567890, "x":1.0}');
  });

  it('stays where the channel allows it', () => {
    expect(passed(openaiChat, '{"model":"m","service_tier":"flex","speed":"fast"}', ['speed'])).toEqual({
      model: 'm',
      service_tier: 'flex',
    });
  });

  it('goes with a member that has to be added first', () => {
    const text = '{"service_tier":"x","stream":true,"model":"m"}';
    const body = openaiChat.inbound.readRequest(Buffer.from(text), { operation: 'chat' });
    const sent = body.encode({ ...PATCH, streamUsage: true, withhold: body.guarded }).toString();
    expect(JSON.parse(sent)).toEqual({ stream: true, model: 'm', stream_options: { include_usage: true } });
  });

  it.each([
    ['openai-responses', openaiResponses, '{"model":"m","safety_identifier":"u"}', { model: 'm' }],
    [
      'anthropic-messages',
      anthropicMessages,
      '{"model":"m","speed":"fast","inference_geo":"eu"}',
      { model: 'm' },
    ],
    ['gemini', gemini, '{"contents":[],"serviceTier":"PRIORITY"}', { contents: [] }],
    ['gemini, in its other spelling', gemini, '{"service_tier":"PRIORITY","contents":[]}', { contents: [] }],
    [
      'stream options',
      openaiChat,
      '{"model":"m","stream":true,"stream_options":{"include_obfuscation":false,"include_usage":true}}',
      { model: 'm', stream: true, stream_options: { include_usage: true } },
    ],
    [
      'stream options of responses',
      openaiResponses,
      '{"model":"m","stream_options":{"include_obfuscation":false}}',
      { model: 'm', stream_options: {} },
    ],
  ])('is one in %s, too', (_name, dialect, text, expected) => {
    expect(passed(dialect, text)).toEqual(expected);
  });

  it('is none when it is null', () => {
    const body = openaiChat.inbound.readRequest(Buffer.from('{"model":"m","service_tier":null}'), {
      operation: 'chat',
    });
    expect(body.guarded).toEqual([]);
  });

  it.each(['{"model":"m","Service_Tier":"priority"}', '{"model":"m","service\\u005ftier":"priority"}'])(
    'can not be smuggled in: %s',
    (text) => {
      expect(() => openaiChat.inbound.readRequest(Buffer.from(text), { operation: 'chat' })).toThrow(
        expect.objectContaining({ code: 'duplicate_field' }),
      );
    },
  );
});

describe('a guarded member that was translated', () => {
  it('is left out, and said once', () => {
    const encoded = {
      body: {
        model: 'm',
        service_tier: 'priority',
        speed: 'fast',
        stream_options: { include_obfuscation: true },
      },
      warnings: [{ code: 'dropped', field: 'speed', detail: 'unknown' }],
    } as const;
    expect(withoutGuarded(encoded, GUARDED_MEMBERS)).toEqual({
      body: { model: 'm', stream_options: {} },
      warnings: [
        encoded.warnings[0],
        expect.objectContaining({ field: 'serviceTier' }),
        expect.objectContaining({ field: 'includeObfuscation' }),
      ],
    });
    expect(withoutGuarded(encoded, [])).toBe(encoded);
  });
});
