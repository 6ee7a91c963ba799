import { describe, expect, it } from '@jest/globals';
import { generateMasterKey } from '@tollgate/security';
import { parseSettings, SettingsError } from './parse-settings.js';
import {
  bootstrapSection,
  databaseSection,
  dataSection,
  httpSection,
  messagingSection,
  optionalInfrastructureSection,
  optionalSecuritySection,
  processSection,
  proxyLimitsSection,
  redisSection,
  securitySection,
  tracingSection,
  upstreamSection,
  workersSection,
} from './sections.js';
import { type Settings } from './setting.js';

const http = httpSection({ portSetting: 'TOLLGATE_PROXY_PORT', port: 8080, host: '127.0.0.1' });

function linesOf(settings: Settings, environment: Record<string, string>): readonly string[] {
  try {
    parseSettings(settings, environment);
  } catch (error) {
    if (error instanceof SettingsError) {
      return error.lines;
    }
  }
  return [];
}

describe('settings', () => {
  it('have the documented defaults', () => {
    const settings = {
      ...processSection,
      ...http,
      ...tracingSection(0.01),
      ...dataSection,
      ...optionalSecuritySection,
      ...optionalInfrastructureSection,
      ...upstreamSection('allow'),
      ...workersSection,
      ...bootstrapSection,
    };
    expect(parseSettings(settings, { TOLLGATE_PROXY_PORT: '', REDIS_URL: '  ' })).toEqual({
      logLevel: 'info',
      shutdownTimeoutMs: 30_000,
      host: '127.0.0.1',
      port: 8080,
      otlpEndpoint: undefined,
      traceSampleRatio: 0.01,
      dataDirectory: './.tollgate',
      masterKey: undefined,
      databaseUrl: undefined,
      natsUrl: undefined,
      natsNamespace: 'tollgate',
      redisUrl: undefined,
      redisKeyPrefix: 'tollgate',
      upstreamPrivate: 'allow',
      workers: 1,
      configFile: undefined,
      adminPassword: undefined,
    });
  });

  it.each([
    ['TOLLGATE_PROXY_PORT', '9000', http, { port: 9000 }],
    ['TOLLGATE_HOST', '0.0.0.0', http, { host: '0.0.0.0' }],
    ['LOG_LEVEL', 'debug', processSection, { logLevel: 'debug' }],
    ['TOLLGATE_WORKERS', '4', workersSection, { workers: 4 }],
    ['TOLLGATE_UPSTREAM_PRIVATE', 'deny', upstreamSection('allow'), { upstreamPrivate: 'deny' }],
    ['OTEL_TRACES_SAMPLER_ARG', '0.25', tracingSection(1), { traceSampleRatio: 0.25 }],
    ['DATABASE_URL', 'postgres://a:b@c/d', databaseSection, { databaseUrl: 'postgres://a:b@c/d' }],
    ['NATS_URL', 'nats://a:4222', messagingSection, { natsUrl: 'nats://a:4222' }],
    ['NATS_URL', 'nats://a:1, tls://b', messagingSection, { natsUrl: 'nats://a:1, tls://b' }],
    ['REDIS_URL', 'rediss://a', redisSection, { redisUrl: 'rediss://a' }],
    ['TOLLGATE_CONFIG', ' a.yaml ', bootstrapSection, { configFile: 'a.yaml' }],
    [
      'TOLLGATE_TRUSTED_PROXIES',
      '10.0.0.0/8, ::1',
      proxyLimitsSection,
      { trustedProxies: ['10.0.0.0/8', '::1'] },
    ],
    ['TOLLGATE_TRUSTED_PROXIES', '', proxyLimitsSection, { trustedProxies: [] }],
    ['TOLLGATE_DELAY_MAX_MS', '0', proxyLimitsSection, { delayMaxMs: 0 }],
    ['TOLLGATE_BODIES_BYTES_MAX', '1048576', proxyLimitsSection, { bodiesBytesMax: 1_048_576 }],
  ])('read %s=%s', (name, value, settings: Settings, expected) => {
    expect(parseSettings(settings, { [name]: value })).toMatchObject(expected);
  });

  it('take one worker a processor on "auto"', () => {
    expect(parseSettings(workersSection, { TOLLGATE_WORKERS: 'auto' }).workers).toBeGreaterThanOrEqual(1);
  });

  it('read the master key', () => {
    const { masterKey } = parseSettings(securitySection, { TOLLGATE_MASTER_KEY: generateMasterKey() });
    expect(masterKey.id).toHaveLength(16);
  });

  it.each([
    ['TOLLGATE_PROXY_PORT', 'abc', http, 'must be a whole number from 0 to 65535'],
    ['TOLLGATE_PROXY_PORT', '70000', http, 'must be a whole number from 0 to 65535'],
    ['TOLLGATE_PROXY_PORT', '-1', http, 'must be a whole number from 0 to 65535'],
    ['TOLLGATE_PROXY_PORT', '80.5', http, 'must be a whole number from 0 to 65535'],
    ['LOG_LEVEL', 'loud', processSection, 'must be one of trace, debug, info, warn, error, fatal, silent'],
    [
      'TOLLGATE_TRUSTED_PROXIES',
      '10.0.0.0/8,ingress',
      proxyLimitsSection,
      'must be an IP address or a range like 192.0.2.0/24 or 2001:db8::/32',
    ],
    ['TOLLGATE_WORKERS', '0', workersSection, 'must be a whole number from 1 to 256, or auto'],
    ['TOLLGATE_UPSTREAM_PRIVATE', 'yes', upstreamSection('deny'), 'must be one of allow, deny'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', tracingSection(1), 'must be a number from 0 to 1'],
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'collector',
      tracingSection(1),
      'must be a URL like http://… or https://…',
    ],
    [
      'TOLLGATE_NATS_NAMESPACE',
      'a.b',
      messagingSection,
      'must be 1 to 40 letters, digits, - or _, a letter first',
    ],
  ])('refuse %s=%s in one line that says what is allowed', (name, value, section: Settings, allowed) => {
    const lines = linesOf(section, { NATS_URL: 'nats://a', [name]: value });
    expect(lines).toEqual([`${name} is "${value}": it ${allowed}.`]);
  });

  it.each([
    [
      'DATABASE_URL',
      'mysql://root:hush@db',
      databaseSection,
      'must be a URL like postgres://… or postgresql://….',
    ],
    [
      'NATS_URL',
      'nats://a,http://hush',
      messagingSection,
      'must be a URL like nats://… or tls://…, or several',
    ],
    ['REDIS_URL', 'hush', redisSection, 'must be a URL like redis://… or rediss://….'],
    [
      'TOLLGATE_MASTER_KEY',
      'hush',
      securitySection,
      'must be 32 random bytes in base64. The master key must be 32 bytes in base64, but',
    ],
    ['TOLLGATE_ADMIN_PASSWORD', 'hush', bootstrapSection, 'must have at least 8 characters.'],
    ['TOLLGATE_ADMIN_PASSWORD', 'changeme', bootstrapSection, 'must not be a well-known password.'],
  ])('refuse a wrong %s without repeating %j', (name, value, section: Settings, problem) => {
    const [line, ...others] = linesOf(section, { [name]: value });
    expect(others).toEqual([]);
    expect(line).toContain(`${name} ${problem}`);
    expect(line).not.toContain('hush');
  });

  it('name every wrong variable at once', () => {
    const settings = { ...databaseSection, ...http, ...processSection };
    expect(linesOf(settings, { TOLLGATE_PROXY_PORT: 'x', LOG_LEVEL: 'y' })).toEqual([
      'DATABASE_URL is not set: it must be a URL like postgres://… or postgresql://….',
      'TOLLGATE_PROXY_PORT is "x": it must be a whole number from 0 to 65535.',
      expect.stringContaining('LOG_LEVEL is "y"'),
    ]);
  });
});
