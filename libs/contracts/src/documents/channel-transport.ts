import { z } from 'zod';
import { sealedSecret } from './sealed-secret.js';

const PROXY_PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:']);

/** `http://`, `https://` or `socks5://`, a host, perhaps a port, perhaps a user name and a password: a secret. */
export const proxyUrl = z
  .string()
  .max(2_000)
  .refine((text) => {
    const url = URL.parse(text);
    if (url === null || !PROXY_PROTOCOLS.has(url.protocol) || url.hostname === '') return false;
    return (url.pathname === '' || url.pathname === '/') && url.search === '' && url.hash === '';
  }, 'must be http://, https:// or socks5:// with a host, and no path');

const pem = (what: RegExp) => z.string().max(200_000).regex(what, 'must be PEM: -----BEGIN …');
const certificates = pem(/-----BEGIN CERTIFICATE-----/);
export const clientKey = pem(/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/);

const tlsMembers = {
  /** Trusted instead of the well-known authorities. */
  ca: certificates.optional(),
  /** `false`: whoever answers is believed. */
  rejectUnauthorized: z.boolean().optional(),
  /** What the vendor's certificate has to name; default: the host. */
  serverName: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9.-]+$/, 'must be a host name')
    .refine((name) => !/^[\d.]+$/.test(name), 'must be a host name: TLS knows no address there')
    .optional(),
  clientCertificate: certificates.optional(),
};

/** The client's certificate and key go together. */
function hasBothOrNone(tls: { clientCertificate?: unknown; clientKey?: unknown }): boolean {
  return (tls.clientCertificate === undefined) === (tls.clientKey === undefined);
}
const BOTH = { message: 'needs clientCertificate and clientKey together', path: ['clientKey'] };

export const channelTls = z
  .strictObject({ ...tlsMembers, clientKey: clientKey.optional() })
  .refine(hasBothOrNone, BOTH);
export type ChannelTls = z.infer<typeof channelTls>;

/** A secret in the file itself, or the name of the environment variable that holds it. */
const fromEnvironment = z.strictObject({ env: z.string().min(1) });

/** How a channel's vendor is reached, as operators write it in the declarative file. */
export const fileTransportMembers = {
  proxy: z.union([proxyUrl, fromEnvironment]).nullish(),
  tls: z
    .strictObject({ ...tlsMembers, clientKey: z.union([clientKey, fromEnvironment]).optional() })
    .refine(hasBothOrNone, BOTH)
    .nullish(),
};

/** The same in the channel's document, with what is secret sealed. */
export const sealedTransportMembers = {
  proxy: z
    .object({
      /** Without user name and password. */
      url: z.string(),
      /** `["user name", "password"]` as JSON. */
      credentials: sealedSecret.nullable(),
    })
    .nullish(),
  tls: z.object({ ...tlsMembers, clientKey: sealedSecret.optional() }).nullish(),
};
export const sealedTransport = z.object(sealedTransportMembers);
export type SealedTransport = z.infer<typeof sealedTransport>;
