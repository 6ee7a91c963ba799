import { STATUS_CODES } from 'node:http';
import { FIELD_VALUE, TOKEN } from '@tollgate/providers/http1';

/** The head of an answer, and how its body is framed. */
export interface AnswerHead {
  /** To its empty line, a character for each byte. */
  readonly text: string;
  /** Bytes of the body; `undefined`: it comes in chunks, however many. */
  readonly bodyBytes: number | undefined;
  /** The connection is closed behind it. */
  readonly last: boolean;
}

/** These have no body, and no header says so: https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

/**
 * @param headers names in lower case and values by turns
 * @param last in any case
 * @param keepAliveSeconds how long the connection waits for the next request
 * @throws Error for a header that would end its line
 */
export function answerHead(
  status: number,
  headers: readonly string[],
  last: boolean,
  keepAliveSeconds: number,
): AnswerHead {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  let bodyBytes = BODILESS.has(status) ? 0 : undefined;
  let closes = last;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value))
      throw new Error(`the header "${name}" would be no header`);
    if (name === 'content-length') bodyBytes ??= Number(value);
    if (name === 'connection') closes ||= value === 'close';
    else text += `${name}: ${value}\r\n`;
  }
  if (bodyBytes === undefined) text += 'transfer-encoding: chunked\r\n';
  text += closes
    ? 'connection: close\r\n\r\n'
    : `connection: keep-alive\r\nkeep-alive: timeout=${keepAliveSeconds}\r\n\r\n`;
  return { text, bodyBytes, last: closes };
}
