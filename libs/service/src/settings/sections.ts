import { addressRange, GatewayError } from '@tollgate/contracts';
import { type MasterKey, parseMasterKey } from '@tollgate/security';
import { LOG_LEVELS } from '@tollgate/telemetry';
import { z } from 'zod';
import {
  choice,
  integer,
  optional,
  port,
  ratio,
  required,
  secretSetting,
  setting,
  type SettingsValues,
  text,
  url,
  withDefault,
  workers,
} from './setting.js';

const SHUTDOWN_TIMEOUT_MS = 30_000;
const PASSWORD_LENGTH_MIN = 8;
const PASSWORDS_REFUSED = ['password', 'changeme', 'change-me', 'adminadmin', 'administrator', '12345678'];

const masterKey: z.ZodType<MasterKey, string> = z.string().transform((value, context) => {
  try {
    return parseMasterKey(value);
  } catch (error) {
    const reason = error instanceof GatewayError ? error.message : 'It can not be read.';
    context.addIssue({ code: 'custom', message: `must be 32 random bytes in base64. ${reason}` });
    return z.NEVER;
  }
});

const password = z
  .string()
  .min(PASSWORD_LENGTH_MIN, { error: `must have at least ${PASSWORD_LENGTH_MIN} characters` })
  .refine((value) => !PASSWORDS_REFUSED.includes(value.toLowerCase()), {
    error: 'must not be a well-known password',
  });

const postgresUrl = url(['postgres', 'postgresql']);
const natsServer = url(['nats', 'tls']);
/** One server of a cluster or several, joined by commas. */
const natsUrl = z
  .string()
  .refine((value) => value.split(',').every((address) => natsServer.safeParse(address.trim()).success), {
    error: 'must be a URL like nats://… or tls://…, or several joined by commas',
  });
const redisUrl = url(['redis', 'rediss']);
const addressRanges = z
  .string()
  .transform((value) => value.split(',').map((range) => range.trim()))
  .pipe(z.array(addressRange));
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, {
  error: 'must be 1 to 40 letters, digits, - or _, a letter first',
});

/** What every process has. */
export const processSection = {
  logLevel: setting('LOG_LEVEL', withDefault(choice(LOG_LEVELS), 'info')),
  /** How long a stopping service may finish what it began. */
  shutdownTimeoutMs: setting(
    'TOLLGATE_SHUTDOWN_TIMEOUT_MS',
    withDefault(integer(0, 600_000), SHUTDOWN_TIMEOUT_MS),
  ),
};

export interface HttpDefaults {
  readonly portSetting: string;
  readonly port: number;
  /** 127.0.0.1 in standalone, 0.0.0.0 in images. */
  readonly host: string;
}

/** Where a service listens. */
export const httpSection = (defaults: HttpDefaults) => ({
  host: setting('TOLLGATE_HOST', withDefault(text, defaults.host)),
  port: setting(defaults.portSetting, withDefault(port, defaults.port)),
});

/** Traces; without an endpoint there are none. `sampleRatio`: share of new traces recorded. */
export const tracingSection = (sampleRatio: number) => ({
  otlpEndpoint: setting('OTEL_EXPORTER_OTLP_ENDPOINT', optional(url(['http', 'https']))),
  traceSampleRatio: setting('OTEL_TRACES_SAMPLER_ARG', withDefault(ratio, sampleRatio)),
});

export const dataSection = {
  dataDirectory: setting('TOLLGATE_DATA_DIR', withDefault(text, './.tollgate')),
};

export const securitySection = {
  masterKey: secretSetting('TOLLGATE_MASTER_KEY', required(masterKey)),
};

/** Standalone makes a key of its own when none is set. */
export const optionalSecuritySection = {
  masterKey: secretSetting('TOLLGATE_MASTER_KEY', optional(masterKey)),
};

export const databaseSection = {
  databaseUrl: secretSetting('DATABASE_URL', required(postgresUrl)),
};

export const messagingSection = {
  natsUrl: secretSetting('NATS_URL', required(natsUrl)),
  /** Begins the name of every stream and bucket: installations that share a server differ in it. */
  natsNamespace: setting('TOLLGATE_NATS_NAMESPACE', withDefault(name, 'tollgate')),
};

export const redisSection = {
  redisUrl: secretSetting('REDIS_URL', required(redisUrl)),
  /** Begins every key: installations that share a server differ in it. */
  redisKeyPrefix: setting('TOLLGATE_REDIS_KEY_PREFIX', withDefault(name, 'tollgate')),
};

/** Standalone embeds whatever is not set. */
export const optionalInfrastructureSection = {
  databaseUrl: secretSetting('DATABASE_URL', optional(postgresUrl)),
  natsUrl: secretSetting('NATS_URL', optional(natsUrl)),
  natsNamespace: messagingSection.natsNamespace,
  redisUrl: secretSetting('REDIS_URL', optional(redisUrl)),
  redisKeyPrefix: redisSection.redisKeyPrefix,
};

/** Whether channels may have loopback or private addresses: `allow` in standalone, `deny` in images. */
export const upstreamSection = (upstreamPrivate: 'allow' | 'deny') => ({
  upstreamPrivate: setting(
    'TOLLGATE_UPSTREAM_PRIVATE',
    withDefault(choice(['allow', 'deny']), upstreamPrivate),
  ),
});

/** E-mail to operators; without both of them there is none. */
export const mailSection = {
  smtpUrl: secretSetting('SMTP_URL', optional(url(['smtp', 'smtps']))),
  smtpFrom: setting('SMTP_FROM', optional(text)),
};

/** `undefined`: mail can't be sent. */
export function mailOf({
  smtpUrl,
  smtpFrom,
}: SettingsValues<typeof mailSection>): { readonly url: string; readonly from: string } | undefined {
  return smtpUrl === undefined || smtpFrom === undefined ? undefined : { url: smtpUrl, from: smtpFrom };
}

export const workersSection = {
  workers: setting('TOLLGATE_WORKERS', withDefault(workers, 1)),
};

const MEBIBYTE = 2 ** 20;

/** What bounds a proxy's memory. */
export const proxyLimitsSection = {
  bodyBytesMax: setting(
    'TOLLGATE_BODY_BYTES_MAX',
    withDefault(integer(1_024, 1_024 * MEBIBYTE), 32 * MEBIBYTE),
  ),
  inFlightMax: setting('TOLLGATE_IN_FLIGHT_MAX', withDefault(integer(1, 1_000_000), 20_000)),
  /** Of all request bodies in memory. */
  bodiesBytesMax: setting(
    'TOLLGATE_BODIES_BYTES_MAX',
    withDefault(integer(MEBIBYTE, 1_024 * 1_024 * MEBIBYTE), 512 * MEBIBYTE),
  ),
  /** How late the event loop may be before requests are refused; 0: never because of it. */
  delayMaxMs: setting('TOLLGATE_DELAY_MAX_MS', withDefault(integer(0, 60_000), 25)),
  /** Of all journal files of one proxy process. */
  journalBytesMax: setting(
    'TOLLGATE_JOURNAL_BYTES_MAX',
    withDefault(integer(MEBIBYTE, 1_024 * 1_024 * MEBIBYTE), 1_024 * MEBIBYTE),
  ),
  /** New requests when that is reached, or the disk refuses. */
  journalWhenFull: setting('TOLLGATE_JOURNAL_WHEN_FULL', withDefault(choice(['refuse', 'shed']), 'refuse')),
  identitiesMax: setting('TOLLGATE_IDENTITIES_MAX', withDefault(integer(100, 10_000_000), 100_000)),
  /** Reverse proxies in front, whose `x-forwarded-for` is believed. */
  trustedProxies: setting('TOLLGATE_TRUSTED_PROXIES', withDefault(addressRanges, [])),
};

/** What admin applies and makes at start. */
export const bootstrapSection = {
  /** Path of a declarative file. */
  configFile: setting('TOLLGATE_CONFIG', optional(text)),
  adminPassword: secretSetting('TOLLGATE_ADMIN_PASSWORD', optional(password)),
};
