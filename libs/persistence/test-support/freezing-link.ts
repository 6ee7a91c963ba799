import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A link to a server that stops carrying anything and stays open: as a partition is, or a process that hangs. */
export class FreezingLink {
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** The database's URL by way of the link. */
    readonly url: string,
  ) {}

  static async to(databaseUrl: string): Promise<FreezingLink> {
    const url = new URL(databaseUrl);
    const { hostname, port } = url;
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    url.hostname = '127.0.0.1';
    url.port = String((server.address() as AddressInfo).port);
    const link = new FreezingLink(server, url.href);
    server.on('connection', (near) => {
      const far = connect(Number(port), hostname);
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) {
        link.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
      }
    });
    return link;
  }

  freeze(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  thaw(): void {
    for (const socket of this.#sockets) socket.resume();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }
}
