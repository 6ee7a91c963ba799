import { type EntityManager } from 'typeorm';

/** What the driver's client tells whoever submitted something to it, as far as COPY needs it. */
interface Submission {
  submit(connection: CopyConnection): void;
  handleCopyInResponse(connection: CopyConnection): void;
  handleCommandComplete(): void;
  handleReadyForQuery(): void;
  handleError(error: unknown): void;
}

/** The driver's connection, in words of Postgres's protocol. */
interface CopyConnection {
  query(statement: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * Runs a `copy … from stdin` with this text as its input, in the running transaction of the manager: the cheapest way to
 * insert many rows, as Postgres writes them page by page and computes no expression for them.
 *
 * @throws the driver's error when Postgres refuses a row: then none is inserted
 */
export async function copyIn(manager: EntityManager, statement: string, text: string): Promise<void> {
  const runner = manager.queryRunner;
  if (runner?.isTransactionActive !== true) throw new TypeError('COPY runs in a transaction of its caller.');
  const client = (await runner.connect()) as { query(submission: Submission): unknown };
  await new Promise<void>((resolve, reject) => {
    client.query({
      submit: (connection) => connection.query(statement),
      handleCopyInResponse: (connection) => {
        connection.sendCopyFromChunk(Buffer.from(text));
        connection.endCopyFrom();
      },
      handleCommandComplete: () => undefined,
      handleReadyForQuery: resolve,
      handleError: reject,
    });
  });
}
