import { clientKey, proxyUrl, type ConfigFile } from '@tollgate/contracts';
import { canonicalProxy, type TransportValues } from '../channels/transport-values.js';
import type { ConfigProblem } from './config-problems.js';

type FileChannel = ConfigFile['channels'][number];

/** A channel's transport as far as the file names it; null takes it away. */
export type GivenTransport = {
  readonly [Member in keyof TransportValues]: TransportValues[Member] | undefined;
};

interface Lookup {
  /** Path of the channel in the file. */
  readonly path: string;
  /** The variable's value; a missing one is a problem. */
  readonly read: (name: string, path: string) => string | undefined;
  readonly problems: ConfigProblem[];
}

/** Replaces `{ env: NAME }` in a channel's transport by the variable's value, which then is checked like one in the file. */
export function resolveTransport({ proxy, tls }: FileChannel, lookup: Lookup): GivenTransport {
  return { proxy: resolveProxy(proxy, lookup), tls: resolveTls(tls, lookup) };
}

function resolveProxy(
  proxy: FileChannel['proxy'],
  { path, read, problems }: Lookup,
): string | null | undefined {
  if (proxy === null || proxy === undefined) return proxy;
  const text = typeof proxy === 'string' ? proxy : read(proxy.env, `${path}.proxy.env`);
  if (text === undefined) return undefined;
  const [issue] = proxyUrl.safeParse(text).error?.issues ?? [];
  if (issue === undefined) return canonicalProxy(text);
  problems.push({ path: `${path}.proxy`, message: issue.message });
  return undefined;
}

function resolveTls(tls: FileChannel['tls'], { path, read, problems }: Lookup): GivenTransport['tls'] {
  if (tls === null || tls === undefined) return tls;
  const { clientKey: source, ...rest } = tls;
  if (source === undefined) return rest;
  const text = typeof source === 'string' ? source : read(source.env, `${path}.tls.clientKey.env`);
  if (text === undefined) return undefined;
  const [issue] = clientKey.safeParse(text).error?.issues ?? [];
  if (issue === undefined) return { ...rest, clientKey: text };
  problems.push({ path: `${path}.tls.clientKey`, message: issue.message });
  return undefined;
}
