import { sealedTransport, type ChannelTls, type SealedTransport } from '@tollgate/contracts';
import {
  clientKeyAssociation,
  openSecret,
  proxyAssociation,
  sealSecret,
  type MasterKey,
} from '@tollgate/security';

/** How a channel's vendor is reached, in clear, on its way to be sealed; null: the plain way. */
export interface TransportValues {
  /** May hold a user name and a password. */
  readonly proxy: string | null;
  readonly tls: ChannelTls | null;
}

/** As it lies in the database: checked and sealed before it was written. */
export type StoredTransport = object;

interface Sealer {
  readonly masterKey: MasterKey;
  readonly channelId: string;
}

/** Seals what is given; what is `undefined` stays as it is stored. */
export function sealTransport(
  { proxy, tls }: { readonly [Member in keyof TransportValues]?: TransportValues[Member] | undefined },
  stored: StoredTransport,
  sealer: Sealer,
): StoredTransport {
  const known = sealedTransport.parse(stored);
  const sealed = {
    proxy: proxy === undefined ? known.proxy : proxy && sealProxy(proxy, sealer),
    tls: tls === undefined ? known.tls : tls && sealTls(tls, sealer),
  };
  return Object.fromEntries(Object.entries(sealed).filter(([, value]) => value));
}

function sealProxy(text: string, { masterKey, channelId }: Sealer): SealedTransport['proxy'] {
  const url = new URL(text);
  const { username, password } = url;
  const bare = bareUrl(url);
  if (username === '' && password === '') return { url: bare, credentials: null };
  const proof = JSON.stringify([decodeURIComponent(username), decodeURIComponent(password)]);
  return { url: bare, credentials: sealSecret(masterKey, proof, proxyAssociation(channelId, bare)) };
}

function sealTls(
  { clientKey, ...tls }: ChannelTls,
  { masterKey, channelId }: Sealer,
): SealedTransport['tls'] {
  if (clientKey === undefined) return tls;
  return { ...tls, clientKey: sealSecret(masterKey, clientKey, clientKeyAssociation(channelId)) };
}

/**
 * In clear: to compare, never to show.
 *
 * @throws GatewayError when another master key sealed it
 */
export function openTransport(stored: StoredTransport, { masterKey, channelId }: Sealer): TransportValues {
  const { proxy, tls } = sealedTransport.parse(stored);
  return {
    proxy: proxy ? openProxy(proxy, { masterKey, channelId }) : null,
    tls: tls
      ? {
          ...withoutKey(tls),
          ...(tls.clientKey && {
            clientKey: openSecret(masterKey, tls.clientKey, clientKeyAssociation(channelId)),
          }),
        }
      : null,
  };
}

function openProxy(
  { url, credentials }: NonNullable<SealedTransport['proxy']>,
  { masterKey, channelId }: Sealer,
): string {
  if (credentials === null) return url;
  const [username = '', password = ''] = JSON.parse(
    openSecret(masterKey, credentials, proxyAssociation(channelId, url)),
  ) as string[];
  return withProof(url, `${encodeURIComponent(username)}:${encodeURIComponent(password)}`);
}

/** What may be seen of it. */
export function shownTransport(stored: StoredTransport): TransportValues {
  const { proxy, tls } = sealedTransport.parse(stored);
  return {
    proxy: proxy ? (proxy.credentials === null ? proxy.url : withProof(proxy.url, HIDDEN)) : null,
    tls: tls ? { ...withoutKey(tls), ...(tls.clientKey && { clientKey: HIDDEN }) } : null,
  };
}

/** What may be seen of it before it is sealed. */
export function maskTransport({ proxy, tls }: TransportValues): TransportValues {
  const url = proxy === null ? null : new URL(proxy);
  const isSecret = url !== null && (url.username !== '' || url.password !== '');
  return {
    proxy: url && (isSecret ? withProof(bareUrl(url), HIDDEN) : bareUrl(url)),
    tls: tls?.clientKey === undefined ? tls : { ...tls, clientKey: HIDDEN },
  };
}

/** Written alike, so that it can be compared. */
export function canonicalProxy(text: string): string {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return bareUrl(url);
  const encode = (part: string): string => encodeURIComponent(decodeURIComponent(part));
  return withProof(bareUrl(url), `${encode(username)}:${encode(password)}`);
}

const HIDDEN = '…';

function bareUrl({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

function withProof(bare: string, proof: string): string {
  return bare.replace('://', `://${proof}@`);
}

function withoutKey(tls: NonNullable<SealedTransport['tls']>): Omit<ChannelTls, 'clientKey'> {
  const { clientKey: _sealed, ...rest } = tls;
  return rest;
}
