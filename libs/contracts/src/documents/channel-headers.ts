import { z } from 'zod';

/** What belongs to one connection, or is written from what is sent: RFC 9110, section 7.6.1. */
const GATEWAYS_OWN: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'content-type',
  'content-encoding',
  // What is compressed can't be metered.
  'accept-encoding',
]);

/** By which vendors are shown a credential, and clients show theirs to the gateway. */
const SECRET: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'x-amz-security-token',
  'cookie',
  'set-cookie',
]);

export function carriesSecret(header: string): boolean {
  return SECRET.has(header.toLowerCase());
}

const headerName = z
  .string()
  .max(200)
  .regex(/^[!#$%&'*+.^_`|~\w-]+$/, 'must be the name of a header')
  .refine((name) => !GATEWAYS_OWN.has(name.toLowerCase()), 'is written by the gateway itself');

/** A header that a channel's rules may read of a client and write for a vendor. */
export const overridableHeader = headerName.refine(
  (name) => !carriesSecret(name),
  'carries a secret, which must not stand here',
);

export const headerValue = z
  .string()
  .max(4_000)
  .regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII');

/** In the value of a header: the credential that the request is sent with. */
export const CREDENTIAL_PLACEHOLDER = '{credential}';
const PLACEHOLDER = /\{\w+\}/g;

const setHeaders = z.record(
  headerName,
  headerValue.refine(
    (value) => (value.match(PLACEHOLDER) ?? []).every((found) => found === CREDENTIAL_PLACEHOLDER),
    `may hold no placeholder but ${CREDENTIAL_PLACEHOLDER}`,
  ),
);

/** Headers of every request to a channel's vendor. A secret never stands here: it would be stored, and shown, in clear. */
export const channelHeaders = z
  .strictObject({
    set: setHeaders.optional(),
    remove: z.array(headerName).max(100).optional(),
  })
  .superRefine(({ set = {}, remove = [] }, context) => {
    const proves = Object.values(set).some((value) => value.includes(CREDENTIAL_PLACEHOLDER));
    for (const [name, value] of Object.entries(set)) {
      if (!carriesSecret(name) || value.includes(CREDENTIAL_PLACEHOLDER)) continue;
      const message = `carries a secret: write ${CREDENTIAL_PLACEHOLDER} where the channel's credential goes`;
      context.addIssue({ code: 'custom', path: ['set', name], message });
    }
    for (const [index, name] of remove.entries()) {
      if (!carriesSecret(name) || proves) continue;
      const message = `proves the credential: set another header that holds ${CREDENTIAL_PLACEHOLDER}`;
      context.addIssue({ code: 'custom', path: ['remove', index], message });
    }
  });
export type ChannelHeaders = z.infer<typeof channelHeaders>;
