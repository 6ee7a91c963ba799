import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock, type GatewayError } from '@tollgate/contracts';
import { EgressGuard } from './egress-guard.js';
import { HttpTransport } from './http-transport.js';
import type { UpstreamHandler } from './transport.js';
import { upstreamConnection, type UpstreamProxy, type UpstreamTls } from './upstream-connection.js';

const TIMEOUTS = {
  connectTimeoutMs: 1_000,
  firstByteTimeoutMs: 10_000,
  idleTimeoutMs: 2_000,
  totalTimeoutMs: 5_000,
};

const servers: Server[] = [];
const sockets = new Set<Socket>();

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Where tunnels lead, whatever they are asked for: test names need no DNS. */
function tunnelTo(port: number, client: Socket): Socket {
  const vendor = connect(port, '127.0.0.1');
  sockets.add(vendor);
  vendor.on('error', () => client.destroy());
  client.on('close', () => vendor.destroy());
  vendor.on('close', () => client.destroy());
  return vendor;
}

/** A real CONNECT proxy; tells what it was asked. */
function connectProxy(port: number, asked: string[], status = 200): HttpServer {
  const server = createServer();
  server.on('connect', (request, client: Socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? '-'}`);
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const vendor = tunnelTo(port, client);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    vendor.pipe(client);
    client.pipe(vendor);
  });
  return server;
}

interface Socks {
  readonly asked: string[];
  readonly password?: string;
  readonly reply?: number;
}

/** A small SOCKS5 server; its states follow each other by what comes in. */
function socksServer(port: number, { asked, password, reply = 0 }: Socks): Server {
  return createTcpServer((client) => {
    const method = password === undefined ? 0 : 2;
    const negotiate = (data: Buffer): void => {
      const accepted = data.subarray(2, 2 + (data[1] ?? 0)).includes(method);
      client.write(Buffer.from([5, accepted ? method : 0xff]));
      client.once('data', method === 0 ? command : prove);
    };
    const prove = (data: Buffer): void => {
      const nameLength = data[1] ?? 0;
      const given = data.toString('utf8', 3 + nameLength);
      asked.push(`user ${data.toString('utf8', 2, 2 + nameLength)}`);
      client.write(Buffer.from([1, given === password ? 0 : 1]));
      client.once('data', command);
    };
    const command = (data: Buffer): void => {
      const named = data[3] === 3;
      const length = named ? (data[4] ?? 0) : data[3] === 4 ? 16 : 4;
      const start = named ? 5 : 4;
      const address = data.subarray(start, start + length);
      asked.push(`${named ? address.toString() : address.join('.')}:${data.readUInt16BE(start + length)}`);
      client.write(Buffer.from([5, reply, 0, 1, 127, 0, 0, 1, 0, 80]));
      if (reply !== 0) return;
      const vendor = tunnelTo(port, client);
      vendor.pipe(client);
      client.pipe(vendor);
    };
    client.once('data', negotiate);
  });
}

/** An own authority, a server of `vendor.test` and a client, in a temporary folder. */
function certificates(folder: string): Record<'ca' | 'cert' | 'key' | 'clientCert' | 'clientKey', string> {
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Own CA', '-days', '2');
  const issue = (name: string): void => {
    openssl(
      'req',
      ...key,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
      '-addext',
      `subjectAltName=DNS:${name}`,
    );
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.pem`,
      '-days',
      '2',
      '-copy_extensions',
      'copy',
    );
  };
  issue('vendor.test');
  issue('gateway.test');
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return {
    ca: read('ca.pem'),
    cert: read('vendor.test.pem'),
    key: read('vendor.test.key'),
    clientCert: read('gateway.test.pem'),
    clientKey: read('gateway.test.key'),
  };
}

describe('connections that are not made the plain way', () => {
  let folder: string;
  let pem: ReturnType<typeof certificates>;
  let transport: HttpTransport;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-tls-'));
    pem = certificates(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const transportOf = (allowPrivate: boolean) =>
    new HttpTransport({ guard: new EgressGuard({ allowPrivate }), clock: systemClock });
  beforeEach(() => {
    answered = 0;
    transport = transportOf(true);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers.splice(0)) server.close();
    transport.close();
  });

  let answered = 0;
  const answer: RequestListener = (request, response) => {
    answered += 1;
    const peer = (request.socket as Partial<TLSSocket>).getPeerCertificate?.().subject?.CN ?? '-';
    response.end(`${request.headers.host} ${request.url} ${String(peer)}`);
  };
  const vendor = () => listen(createServer(answer));
  const tlsVendor = (more: ServerOptions = {}) =>
    listen(createTlsServer({ cert: pem.cert, key: pem.key, ...more }, answer));

  /** The text of the answer, or the code of the failure. */
  const ask = (origin: string, proxy?: UpstreamProxy, tls?: UpstreamTls): Promise<string> =>
    new Promise((resolve) => {
      let text = '';
      const handler: UpstreamHandler = {
        response: () => undefined,
        data: (chunk) => (text += chunk.toString()),
        end: () => resolve(text),
        error: (error: GatewayError) => resolve(error.code),
      };
      const request = { origin, path: '/v1', method: 'POST', headers: [], body: Buffer.from('{}') };
      transport.dispatch(
        { ...request, timeouts: TIMEOUTS, connection: upstreamConnection(proxy, tls) },
        handler,
      );
    });

  describe('through an HTTP proxy', () => {
    const asked: string[] = [];
    beforeEach(() => void asked.splice(0));

    it('reach a vendor by a name that only the proxy knows, over TLS with the vendor itself', async () => {
      const proxy = await listen(connectProxy(await tlsVendor(), asked));
      const url = { url: `http://127.0.0.1:${proxy}` };
      expect(await ask('https://vendor.test', url, { ca: pem.ca })).toBe('vendor.test /v1 -');
      expect(asked).toEqual(['vendor.test:443 -']);
    });

    it('reach a plain vendor, and are kept for the next request', async () => {
      const proxy = await listen(connectProxy(await vendor(), asked));
      const url = { url: `http://127.0.0.1:${proxy}`, username: 'ann', password: 'p:ü' };
      expect(await ask('http://vendor.test:8000', url)).toBe('vendor.test:8000 /v1 -');
      // A connection is free again in the turn after its answer's.
      await new Promise(setImmediate);
      expect(await ask('http://vendor.test:8000', url)).toBe('vendor.test:8000 /v1 -');
      expect(asked).toEqual([`vendor.test:8000 Basic ${Buffer.from('ann:p:ü').toString('base64')}`]);
    });

    it('reach a vendor by its IPv6 address', async () => {
      const proxy = await listen(connectProxy(await vendor(), asked));
      expect(await ask('http://[::1]:8000', { url: `http://127.0.0.1:${proxy}` })).toBe('[::1]:8000 /v1 -');
      expect(asked).toEqual(['[::1]:8000 -']);
    });

    it('fail and leave nothing open where the certificate is none', async () => {
      const server = connectProxy(await tlsVendor(), asked);
      const url = { url: `http://127.0.0.1:${await listen(server)}` };
      const closed = once(server, 'connect').then(([, socket]) => once(socket as Socket, 'close'));
      const broken = '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n';
      expect(await ask('https://vendor.test', url, { ca: broken, clientCertificate: broken })).toBe(
        'upstream_unreachable',
      );
      await closed;
    });

    it('fail where the proxy refuses, and where it says nothing', async () => {
      const refusing = await listen(connectProxy(0, asked, 407));
      expect(await ask('http://vendor.test', { url: `http://127.0.0.1:${refusing}` })).toBe(
        'upstream_unreachable',
      );
      const closing = await listen(createTcpServer((socket) => socket.end()));
      expect(await ask('http://vendor.test', { url: `http://127.0.0.1:${closing}` })).toBe(
        'upstream_unreachable',
      );
      const mute = await listen(createTcpServer(() => undefined));
      expect(await ask('http://vendor.test', { url: `http://127.0.0.1:${mute}` })).toBe(
        'upstream_unreachable',
      );
      const babbling = await listen(createTcpServer((socket) => socket.end('220 smtp.test ESMTP\r\n\r\n')));
      expect(await ask('http://vendor.test', { url: `http://127.0.0.1:${babbling}` })).toBe(
        'upstream_unreachable',
      );
    });

    it('believe no vendor that the authority does not vouch for, and send it nothing', async () => {
      const proxy = await listen(connectProxy(await tlsVendor(), asked));
      const url = { url: `http://127.0.0.1:${proxy}` };
      expect(await ask('https://vendor.test', url)).toBe('upstream_unreachable');
      expect(await ask('https://other.test', url, { ca: pem.ca })).toBe('upstream_unreachable');
      expect(answered).toBe(0);
    });
  });

  describe('through a SOCKS5 proxy', () => {
    const asked: string[] = [];
    beforeEach(() => void asked.splice(0));

    it('reach a vendor by its name', async () => {
      const proxy = await listen(socksServer(await tlsVendor(), { asked }));
      const url = { url: `socks5://127.0.0.1:${proxy}` };
      expect(await ask('https://vendor.test', url, { ca: pem.ca })).toBe('vendor.test /v1 -');
      expect(asked).toEqual(['vendor.test:443']);
    });

    it('reach a vendor by its address, with a user name and a password', async () => {
      const port = await vendor();
      const proxy = await listen(socksServer(port, { asked, password: 'secret' }));
      const url = { url: `socks5://127.0.0.1:${proxy}`, username: 'ann', password: 'secret' };
      expect(await ask(`http://127.0.0.1:${port}`, url)).toBe(`127.0.0.1:${port} /v1 -`);
      expect(await ask(`http://[::1]:${port}`, url)).toBe(`[::1]:${port} /v1 -`);
      expect(asked).toEqual([
        'user ann',
        `127.0.0.1:${port}`,
        'user ann',
        `0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1:${port}`,
      ]);
    });

    it.each([
      ['a wrong password', { password: 'secret' }, { username: 'ann', password: 'wrong' }],
      ['no password', { password: 'secret' }, {}],
      ['a rule of the proxy', { reply: 2 }, {}],
    ])('fail for %s', async (_why, socks, proof) => {
      const proxy = await listen(socksServer(await vendor(), { asked, ...socks }));
      const url = { url: `socks5://127.0.0.1:${proxy}`, ...proof };
      expect(await ask('http://vendor.test', url)).toBe('upstream_unreachable');
    });
  });

  describe('with TLS options', () => {
    it('believe the own authority, under another name than the address', async () => {
      const origin = `https://127.0.0.1:${await tlsVendor()}`;
      expect(await ask(origin)).toBe('upstream_unreachable');
      expect(await ask(origin, undefined, { ca: pem.ca })).toBe('upstream_unreachable');
      expect(await ask(origin, undefined, { ca: pem.ca, serverName: 'vendor.test' })).toMatch(/ \/v1 -$/);
      expect(await ask(origin, undefined, { rejectUnauthorized: false })).toMatch(/ \/v1 -$/);
    });

    it('fail where the key is another certificate’s, each time', async () => {
      const origin = `https://127.0.0.1:${await tlsVendor()}`;
      const mixed = { clientCertificate: pem.clientCert, clientKey: pem.key };
      for (let count = 0; count < 2; count += 1)
        expect(await ask(origin, undefined, mixed)).toBe('upstream_unreachable');
    });

    it('prove who the gateway is', async () => {
      const port = await tlsVendor({ ca: pem.ca, requestCert: true, rejectUnauthorized: true });
      const tls = { ca: pem.ca, serverName: 'vendor.test' };
      const proving = { ...tls, clientCertificate: pem.clientCert, clientKey: pem.clientKey };
      expect(await ask(`https://127.0.0.1:${port}`, undefined, proving)).toMatch(/gateway\.test$/);
      expect(await ask(`https://127.0.0.1:${port}`, undefined, tls)).not.toContain('/v1');
    });
  });

  describe('under the egress guard', () => {
    it('go to no proxy at a forbidden address, and to no vendor written as one', async () => {
      const guarded = transportOf(false);
      transport.close();
      transport = guarded;
      const asked: string[] = [];
      const proxy = await listen(connectProxy(await vendor(), asked));
      expect(await ask('http://vendor.test', { url: `http://127.0.0.1:${proxy}` })).toBe(
        'upstream_unreachable',
      );
      expect(await ask('http://vendor.test', { url: `http://localhost:${proxy}` })).toBe(
        'upstream_unreachable',
      );
      expect(await ask('http://169.254.169.254', { url: 'http://93.184.216.34:9' })).toBe(
        'upstream_unreachable',
      );
      expect(asked).toEqual([]);
    });
  });
});
