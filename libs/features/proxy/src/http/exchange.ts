/** Hears a request's body. */
export interface BodySink {
  push(piece: Buffer): void;
  end(): void;
}

export interface ExchangeListener {
  /** Told once. `whole`: with the end of its answer, not before. */
  exchangeClosed(whole: boolean): void;
}

/** One request and the way back to its client, as HTTP carries them. */
export interface Exchange {
  readonly method: string;
  /** From the path on, as it was sent. */
  readonly url: string;
  readonly remoteAddress: string | undefined;
  /** Of the body, as the client says; `undefined` if it does not. */
  readonly bodyBytes: number | undefined;
  /** The same object for all exchanges of one connection. */
  readonly connection: object;
  /** The request has come in to its end. */
  readonly complete: boolean;
  /** No more of it will come, and no answer reaches the client. */
  readonly gone: boolean;
  /** The head of the answer is written: it can't be another one any more. */
  readonly answered: boolean;
  listener: ExchangeListener | undefined;

  /** @param name in lower case */
  header(name: string): string | undefined;
  /** Nobody hears the body before, and one at a time does. */
  readBody(sink: BodySink): void;

  /**
   * @param headers names in lower case and values by turns. Without `content-length` the answer may be of whatever length; with
   * `connection: close` it is the last one of its connection.
   * @throws Error for a header that would end its line
   */
  begin(status: number, headers: readonly string[]): void;
  /** `false`: the client reads slower than we write; wait for `onDrain`. */
  write(bytes: Buffer): boolean;
  onDrain(listener: () => void): void;
  end(bytes?: Buffer): void;
  /** As `end`, at the end of the event loop's turn. */
  endWithTurn(bytes: Buffer): void;
  /** Cuts the connection. */
  destroy(): void;
}
