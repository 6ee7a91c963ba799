import { isIPv6, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { EgressGuard } from './egress-guard.js';
import { sharedReads } from './http1/shared-reads.js';
import { openHttpTunnel } from './http-connect.js';
import { openSocksTunnel } from './socks5.js';
import type { UpstreamConnection, UpstreamProxy, UpstreamTls } from './upstream-connection.js';

type Connector = buildConnector.connector;
type Options = Parameters<Connector>[0];
type Callback = Parameters<Connector>[1];

export interface ConnectorOptions {
  readonly guard: EgressGuard;
  readonly timeoutMs: number;
}

/** Makes connections to vendors: the plain way, or with a channel's own TLS options and through its proxy. */
export function upstreamConnector(
  connection: UpstreamConnection | undefined,
  { guard, timeoutMs }: ConnectorOptions,
): Connector {
  const { proxy, tls } = connection ?? {};
  const direct = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    lookup: guard.lookup,
    onread: sharedReads,
    ...tlsOptions(tls),
  });
  const named: Connector = (options, callback) => {
    try {
      direct(tls?.serverName === undefined ? options : { ...options, servername: tls.serverName }, callback);
    } catch (cause) {
      // A certificate that is none, or a key that is another certificate's.
      options.httpSocket?.destroy();
      callback(new Error("The channel's TLS options can't be used.", { cause }), null);
    }
  };
  return proxy === undefined ? named : new TunnelConnector(proxy, named, { guard, timeoutMs }).connect;
}

function tlsOptions(tls: UpstreamTls | undefined): buildConnector.BuildOptions {
  if (tls === undefined) return {};
  const { ca, rejectUnauthorized, clientCertificate: cert, clientKey: key } = tls;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/**
 * Connections through a proxy: to the proxy, whose address is checked like a vendor's; then a tunnel; then, where the
 * vendor speaks TLS, a handshake with the vendor itself. Vendor names are resolved by the proxy, out of our sight.
 */
class TunnelConnector {
  private readonly url: URL;
  private readonly toProxy: Connector;

  constructor(
    private readonly proxy: UpstreamProxy,
    /** TLS within the tunnel. */
    private readonly within: Connector,
    private readonly options: ConnectorOptions,
  ) {
    this.url = new URL(proxy.url);
    const { guard, timeoutMs } = options;
    guard.checkHost(this.url.hostname);
    this.toProxy = buildConnector({ timeout: timeoutMs, allowH2: false, lookup: guard.lookup });
  }

  readonly connect: Connector = (options, callback): void => {
    this.toProxy(this.proxyOptions(), (error, socket) => {
      if (error !== null) callback(error, null);
      else void this.tunnel(socket, options, callback);
    });
  };

  private proxyOptions(): Options {
    const { hostname, protocol, port } = this.url;
    const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    return {
      hostname: host,
      host,
      protocol: protocol === 'https:' ? 'https:' : 'http:',
      port: port === '' ? (DEFAULT_PORTS[protocol] ?? '') : port,
    };
  }

  private async tunnel(socket: Socket, options: Options, callback: Callback): Promise<void> {
    try {
      await this.open(socket, options);
    } catch (cause) {
      socket.destroy();
      callback(new Error('The proxy opened no tunnel to the vendor.', { cause }), null);
      return;
    }
    if (options.protocol === 'https:') this.within({ ...options, httpSocket: socket }, callback);
    else callback(null, socket);
  }

  private async open(socket: Socket, { hostname, protocol, port }: Options): Promise<void> {
    const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
    const tooSlow = (): unknown => socket.destroy(new Error('the proxy takes too long'));
    const timer = setTimeout(tooSlow, this.options.timeoutMs);
    try {
      if (this.url.protocol === 'socks5:') {
        await openSocksTunnel(socket, { hostname, port: number }, this.proxy);
      } else
        await openHttpTunnel(
          socket,
          `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${number}`,
          this.proxy,
        );
    } finally {
      clearTimeout(timer);
    }
  }
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443', 'socks5:': '1080' };
