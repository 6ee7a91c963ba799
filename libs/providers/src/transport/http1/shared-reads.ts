import type { OnReadOpts, Socket } from 'node:net';

const READ_BYTES_MAX = 65_536;

type Listener = (bytes: Buffer) => void;

const listeners = new WeakMap<Socket, Listener>();

/**
 * For `net.connect` and `tls.connect`: all sockets read into the same bytes, one after the other. A buffer for each read,
 * as streams have it, costs more than all that is done with what is in it.
 */
export const sharedReads: OnReadOpts = {
  buffer: Buffer.allocUnsafeSlow(READ_BYTES_MAX),
  // Node calls it as a method of the socket.
  callback(this: Socket, length: number, bytes: Uint8Array): boolean {
    listeners.get(this)?.(bytes.subarray(0, length) as Buffer);
    return true;
  },
};

/** Hears what a socket reads, whether it was made with `sharedReads` or not: bytes that are lent for the call. */
export function readInto(socket: Socket, listener: Listener): void {
  listeners.set(socket, listener);
  socket.on('data', listener);
}
