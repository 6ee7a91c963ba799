import { Socket, type SocketConstructorOpts } from 'node:net';

/** What Node's sockets have besides, and do not document. */
interface Internals {
  _handle: object | null;
  /** Counts its connections. */
  _server: unknown;
  server: unknown;
}

const READ_BYTES_MAX = 65_536;
/** What comes on any connection is first here; one process reads one thing at a time. */
const buffer = Buffer.allocUnsafeSlow(READ_BYTES_MAX);

/**
 * An accepted connection, read as `onread` reads those that are made: into one buffer, of which each piece is copied out at
 * its size. Else Node makes a buffer of 64 KB for each read, most of which it takes back.
 *
 * Node has no way yet to ask that of a server. A connection that is not built as expected stays as it is: dearer, and right.
 *
 * @returns the same connection; the socket that was given is not to be used any more
 */
export function withSharedReads(accepted: Socket): Socket {
  const { _handle: handle, _server, server } = accepted as Socket & Partial<Internals>;
  if (typeof handle !== 'object' || handle === null) return accepted;
  const callback = (length: number): boolean => socket.push(Buffer.from(buffer.subarray(0, length)));
  const options = { handle, allowHalfOpen: accepted.allowHalfOpen, onread: { buffer, callback } };
  const socket = new Socket(options as SocketConstructorOpts);
  Object.assign(accepted, { _handle: null });
  return Object.assign(socket, { _server, server });
}
