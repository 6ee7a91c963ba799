import type { Socket } from 'node:net';
import { readInto } from './shared-reads.js';
import { ResponseReader, type ResponseSink } from './response-reader.js';

/** What is asked on a connection, and who hears the answer. */
export interface ConnectionUser extends ResponseSink {
  /** Its answer is whole. The connection is somebody else's by then. */
  end(): void;
  /** There will be no answer, or no more of it. */
  fail(error: unknown): void;
}

export interface ConnectionOwner {
  /** It can be asked again. */
  free(connection: Http1Connection): void;
  /** It can't be asked any more. */
  gone(connection: Http1Connection): void;
}

/** The vendor closed the connection before its answer was whole. */
export class ConnectionClosed extends Error {}

/** What a write to a connection that the other side has closed, and a read of one, can end with. */
const CLOSED_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE']);

function isClosed(error: unknown): boolean {
  if (error instanceof ConnectionClosed) return true;
  return typeof error === 'object' && error !== null && 'code' in error && CLOSED_CODES.has(error.code);
}

/** One connection to a vendor, for one exchange after another: HTTP/1.1 without pipelining. */
export class Http1Connection {
  private user: ConnectionUser | undefined;
  private reader: ResponseReader | undefined;
  private unheard: ((error: unknown) => void) | undefined;
  private over = false;
  /** What the vendor said with its last answer. */
  keepAliveMs: number | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly owner: ConnectionOwner,
  ) {
    readInto(socket, (bytes) => this.read(bytes));
    socket.on('end', () => this.ended());
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy(new ConnectionClosed('The connection was closed.')));
  }

  /**
   * Only while it is free.
   *
   * @param unheard told instead of the user that the vendor closed the connection, or reset it, before any byte came
   */
  ask(pieces: readonly Buffer[], user: ConnectionUser, unheard?: (error: unknown) => void): void {
    const { socket } = this;
    this.user = user;
    this.unheard = unheard;
    this.reader = new ResponseReader(user);
    if (pieces.length > 1) socket.cork();
    for (const piece of pieces) socket.write(piece);
    if (pieces.length > 1) socket.uncork();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Closes it at once; its user, if it has one, hears the error. */
  destroy(error?: unknown): void {
    if (this.over) return;
    this.over = true;
    const { user, unheard } = this;
    this.release();
    this.socket.destroy();
    this.owner.gone(this);
    if (unheard !== undefined && isClosed(error)) unheard(error);
    else user?.fail(error);
  }

  private read(bytes: Buffer): void {
    const { reader } = this;
    // Nobody asked: it would be taken for the answer to what is asked next.
    if (reader === undefined) {
      this.destroy();
      return;
    }
    this.unheard = undefined;
    let taken;
    try {
      taken = reader.read(bytes);
    } catch (error) {
      this.destroy(error);
      return;
    }
    // What its user's end throws is no fault of this connection, which may be somebody else's by then.
    if (reader.whole && !this.over) this.finish(reader, taken === bytes.length);
  }

  private finish({ keeps }: ResponseReader, exact: boolean): void {
    const { user, socket } = this;
    this.release();
    // An answer that came before its request was sent whole leaves the rest of it behind.
    if (keeps.persistent && exact && socket.writableLength === 0) {
      this.keepAliveMs = keeps.keepAliveMs;
      // Its last user may have paused it.
      if (socket.isPaused()) socket.resume();
      this.owner.free(this);
    } else this.destroy();
    user?.end();
  }

  private ended(): void {
    const { reader } = this;
    if (reader?.close() === true) this.finish(reader, false);
    else this.destroy(new ConnectionClosed('The vendor closed the connection.'));
  }

  private release(): void {
    this.user = undefined;
    this.unheard = undefined;
    this.reader = undefined;
  }
}
