import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';

function capture() {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'proxy',
    level: 'debug',
    destination: { write: (line: string) => void lines.push(line) },
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('createLogger', () => {
  it('writes one line of JSON with service, level name and ISO time', () => {
    const { logger, lines, last } = capture();
    logger.info({ port: 8080 }, 'listening');
    expect(lines).toHaveLength(1);
    expect(last()).toMatchObject({ service: 'proxy', level: 'info', port: 8080, msg: 'listening' });
    expect(last().time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it.each([
    'authorization',
    'Authorization',
    'x-api-key',
    'x-goog-api-key',
    'cookie',
    'set-cookie',
    'secret',
    'password',
    'credentials',
    'apiKey',
    'api_key',
    'masterKey',
    'accessToken',
  ])('hides the value of a field named %s at any depth', (name) => {
    const { logger, lines, last } = capture();
    logger.info({ [name]: 'hush', request: { headers: [{ [name]: 'hush' }] } }, 'seen');
    expect(lines.join('')).not.toContain('hush');
    expect(last()[name]).toBe('[redacted]');
  });

  it('keeps fields whose names merely resemble a secret', () => {
    const { logger, last } = capture();
    logger.info({ apiKeyId: 'k1', inputTokens: 12, keyPrefix: 'sk-tg' }, 'seen');
    expect(last()).toMatchObject({ apiKeyId: 'k1', inputTokens: 12, keyPrefix: 'sk-tg' });
  });

  it.each([
    ['an API key', 'refused sk-tg-0123456789abcdef here', '0123456789abcdef'],
    ['a vendor key', 'sk-ant-api03-abcdEFGH_1234', 'abcdEFGH'],
    ['a Google key', 'key AIzaSyA1234567890abcdefghijk was refused', 'SyA1234567890'],
    ['a bearer token', 'header Bearer abc.def-ghi123 was refused', 'abc.def-ghi123'],
    ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0abc.c2lnbmF0dXJl', 'c2lnbmF0dXJl'],
    ['a password in a URL', 'postgres://gw:hunter2@db:5432/x is away', 'hunter2'],
  ])('hides %s inside a message', (_what, message, secret) => {
    const { logger, lines } = capture();
    logger.info(message);
    logger.child({ note: message }).info('child');
    logger.error(new Error(message));
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain(secret);
    for (const line of lines) {
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    }
  });

  it('shows name, message and causes of an error', () => {
    const { logger, last } = capture();
    logger.error({ error: new TypeError('outer', { cause: new Error('inner') }) }, 'failed');
    expect(last().error).toMatchObject({ type: 'TypeError', message: 'outer', cause: { message: 'inner' } });
  });

  it('writes amounts in bigint and survives circular fields', () => {
    const { logger, last } = capture();
    const circular: Record<string, unknown> = { amount: 12n };
    circular.self = circular;
    logger.info({ circular }, 'seen');
    expect(last()).toMatchObject({ circular: { amount: '12' } });
  });

  it('hides secrets among the bindings of a child', () => {
    const { logger, lines } = capture();
    logger.child({ password: 'hush' }).info('seen');
    expect(lines.join('')).not.toContain('hush');
  });
});
