import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server that writes to each request, of whatever bytes, what a test wants; one at a time. */
export class AnsweringServer {
  connections = 0;
  answered = 0;
  server: Server | undefined;

  /**
   * @param answer `count`: of the request, from 1
   * @returns its port
   */
  async serve(answer: (socket: Socket, count: number) => void): Promise<number> {
    this.connections = 0;
    this.answered = 0;
    this.server = createServer((socket) => {
      this.connections += 1;
      socket.on('error', () => socket.destroy());
      socket.on('data', () => answer(socket, (this.answered += 1)));
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  /** Takes no further connection. */
  close(): void {
    this.server?.close();
  }
}
