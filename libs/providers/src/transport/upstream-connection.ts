import { createHash } from 'node:crypto';

/** A proxy through which a vendor is reached. */
export interface UpstreamProxy {
  /** `http:`, `https:` or `socks5:`, with a host and a port, without credentials. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** How a vendor proves itself, and we to it. Certificates and keys are PEM. */
export interface UpstreamTls {
  /** Trusted instead of the well-known authorities. */
  readonly ca?: string | undefined;
  /** `false`: whoever answers is believed. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** What the certificate has to name, and what is asked for by SNI; default: the host. */
  readonly serverName?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
}

/** How connections to a vendor are made where it is not the plain way. */
export interface UpstreamConnection {
  /** Connections made alike are shared: it stands for all of what follows. */
  readonly key: string;
  readonly proxy: UpstreamProxy | undefined;
  readonly tls: UpstreamTls | undefined;
}

/** @returns `undefined`: connections are made the plain way */
export function upstreamConnection(
  proxy: UpstreamProxy | undefined,
  tls: UpstreamTls | undefined,
): UpstreamConnection | undefined {
  if (proxy === undefined && tls === undefined) return undefined;
  const key = createHash('sha256')
    .update(JSON.stringify([proxy, tls]))
    .digest('base64url');
  return { key, proxy, tls };
}
