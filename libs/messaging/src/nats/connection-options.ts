import type { ConnectionOptions } from '@nats-io/transport-node';

export interface NatsAddress {
  /** `nats://[user:password@]host:port`, or several joined by commas; `tls://` for TLS. */
  readonly url: string;
  /** Shown by the server's monitoring: the service. */
  readonly name: string;
}

/** How every part of Tollgate connects to NATS: within 5 s the first time, then again for ever. */
export function connectionOptions({ url, name }: NatsAddress): ConnectionOptions {
  const [first] = addressesOf(url);
  // The client ignores credentials in addresses, so they are given apart.
  const user = decodeURIComponent(first?.username ?? '');
  const pass = decodeURIComponent(first?.password ?? '');
  return {
    servers: hostsOf(url),
    name,
    ...(user !== '' && pass !== '' && { user, pass }),
    ...(user !== '' && pass === '' && { token: user }),
    ...(first?.protocol === 'tls:' && { tls: {} }),
    timeout: 5_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 200,
    // A server whose authentication is being rolled over refuses for a while: that is no reason to give up.
    ignoreAuthErrorAbort: true,
    pingInterval: 10_000,
    maxPingOut: 2,
    noAsyncTraces: true,
  };
}

/** `host:port` of each server, fit to be shown. */
export function hostsOf(url: string): string[] {
  return addressesOf(url).map(({ host }) => host);
}

function addressesOf(url: string): URL[] {
  return url.split(',').map((address) => new URL(address.trim()));
}
