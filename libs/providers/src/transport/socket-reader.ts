import type { Socket } from 'node:net';

/** Reads what a proxy says on a fresh connection, and leaves what comes behind it on the socket. */
export class SocketReader {
  private gathered: Buffer = Buffer.alloc(0);

  constructor(private readonly socket: Socket) {}

  /** @throws Error when the connection ends before */
  async bytes(count: number): Promise<Buffer> {
    return this.until(() => count, count);
  }

  /** Up to and with the mark. @throws Error when the connection ends before, or more than `bytesMax` come without it */
  async through(mark: string, bytesMax: number): Promise<Buffer> {
    return this.until((gathered) => {
      const at = gathered.indexOf(mark);
      return at === -1 ? undefined : at + mark.length;
    }, bytesMax);
  }

  private async until(find: (gathered: Buffer) => number | undefined, bytesMax: number): Promise<Buffer> {
    for (;;) {
      const end = find(this.gathered);
      if (end !== undefined && end <= this.gathered.length) return this.take(end);
      if (this.gathered.length > bytesMax) throw new Error('the proxy says too much');
      await this.more();
    }
  }

  private take(end: number): Buffer {
    const taken = this.gathered.subarray(0, end);
    const rest = this.gathered.subarray(end);
    if (rest.length > 0) this.socket.unshift(rest);
    this.gathered = Buffer.alloc(0);
    return taken;
  }

  private more(): Promise<void> {
    const { socket } = this;
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        socket.off('readable', read);
        socket.off('error', failed);
        socket.off('close', closed);
        socket.off('end', closed);
      };
      const read = (): void => {
        const chunk = socket.read() as Buffer | null;
        if (chunk === null) return;
        forget();
        this.gathered = Buffer.concat([this.gathered, chunk]);
        resolve();
      };
      const failed = (error: Error): void => {
        forget();
        reject(error);
      };
      const closed = (): void => failed(new Error('the proxy closed the connection'));
      socket.on('readable', read);
      socket.on('error', failed);
      socket.on('close', closed);
      socket.on('end', closed);
      read();
    });
  }
}
