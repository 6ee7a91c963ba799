import { connect } from 'node:net';
import { MessageParser } from '../http/message-parser.ts';

export interface Answer {
  readonly status: number;
  /** In lower case. */
  readonly head: string;
  readonly body: string;
}

const TIMEOUT_MS = 5_000;

/** One request on a connection of its own. @throws Error what went wrong */
export function ask(port: number, request: Buffer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const body: Buffer[] = [];
  let startLine = '';
  let head = '';
  const parser = new MessageParser({
    head: (message) => ({ startLine, text: head } = message),
    body: (bytes) => void body.push(Buffer.from(bytes)),
    complete: () =>
      resolve({ status: Number(startLine.split(' ')[1]), head, body: Buffer.concat(body).toString() }),
  });
  socket.on('data', (bytes: Buffer) => {
    try {
      parser.push(bytes);
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('the connection was closed before the answer')));
  socket.setTimeout(TIMEOUT_MS, () => reject(new Error(`no answer in ${TIMEOUT_MS} ms`)));
  socket.write(request);
  return promise.finally(() => socket.destroy());
}

/** A control request to the mock vendor. */
export async function askVendor(port: number, method: string, path: string): Promise<string> {
  const { body } = await ask(port, Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`));
  return body;
}
