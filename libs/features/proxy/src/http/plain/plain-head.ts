import { readHeaderLines, STRAY_CONTROL } from '@tollgate/providers/http1';

const REQUEST_LINE = /^POST (\/[\x21-\x7e]*) HTTP\/1\.1$/;
const LENGTH = /^\d{1,15}$/;
const HEADERS_MAX = 64;
/** What makes a request more than a body of known length on a connection that stays or is closed. */
const NOT_PLAIN = ['transfer-encoding', 'expect', 'upgrade', 'trailer', 'proxy-connection'] as const;

/** The head of a plain request: a POST that says each thing once, with a body of known length. */
export class PlainHead {
  /** Of the body. */
  readonly bodyBytes: number;
  /** The client does not want its connection to be kept. */
  readonly last: boolean;

  constructor(
    readonly url: string,
    /** Names in lower case and values by turns. */
    private readonly headers: readonly string[],
  ) {
    this.bodyBytes = Number(this.header('content-length'));
    this.last = this.header('connection')?.toLowerCase() === 'close';
  }

  header(name: string): string | undefined {
    const { headers } = this;
    for (let at = 0; at < headers.length; at += 2) if (headers[at] === name) return headers[at + 1];
    return undefined;
  }
}

/**
 * Reads the head of a plain request. Whatever could be read in two ways, or needs more than reading, is not plain: what is
 * read here, every reader of RFC 9112 reads in the same way.
 *
 * @param text from the request line to before the last line's end, a character for each byte
 * @returns `undefined`: it is not plain, and may be no request at all
 */
export function readPlainHead(text: string): PlainHead | undefined {
  const lineEnd = text.indexOf('\r\n');
  if (lineEnd === -1 || STRAY_CONTROL.test(text)) return undefined;
  const url = REQUEST_LINE.exec(text.slice(0, lineEnd))?.[1];
  if (url === undefined) return undefined;
  const headers: string[] = [];
  let plain = true;
  const read = readHeaderLines(text, lineEnd + 2, (name, value) => {
    if (headers.length === 2 * HEADERS_MAX) plain = false;
    for (let at = 0; plain && at < headers.length; at += 2) plain = headers[at] !== name;
    if (plain) headers.push(name, value);
  });
  if (!read || !plain) return undefined;
  const head = new PlainHead(url, headers);
  return isPlain(head) ? head : undefined;
}

function isPlain(head: PlainHead): boolean {
  if (!LENGTH.test(head.header('content-length') ?? '')) return false;
  if (head.header('host') === undefined) return false;
  const connection = head.header('connection')?.toLowerCase() ?? 'keep-alive';
  if (connection !== 'keep-alive' && connection !== 'close') return false;
  return NOT_PLAIN.every((name) => head.header(name) === undefined);
}
