/** What a client asks, in one dialect, and how it reads the answer. The same bytes are asked of every gateway. */
export interface Question {
  readonly path: string;
  /** Besides those that every request has. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** With what a stream ends that was ended in order, to the byte; `undefined`: the answer is no stream. */
  readonly streamEnd: Buffer | undefined;
  /** @throws Error what is missing in an answer, or in the wrong place */
  readonly read: (answer: string) => AnswerContent;
}

/** What has to come through, whatever the dialects. */
export interface AnswerContent {
  readonly text: string;
  /** `undefined`: the client was told nothing of it. */
  readonly usage: TokenCounts | undefined;
}

export interface TokenCounts {
  readonly input: number;
  readonly output: number;
}

/** The request as it goes over the wire. */
export function wireRequest(port: number, headers: readonly string[], question: Question): Buffer {
  const { path, body } = question;
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...headers,
    ...question.headers,
    'Accept: */*',
    'User-Agent: tollgate-bench',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
