const REQUEST_ID = 'x-request-id: req_0123456789';

export function plainAnswer(status: number, body: string): Buffer {
  return wholeAnswer(status, 'text/plain', body);
}

export function jsonAnswerOf(body: object): Buffer {
  return wholeAnswer(200, 'application/json', JSON.stringify(body));
}

/** The events of a stream, each an HTTP chunk, as vendors send them; in one write. */
export function streamAnswer(events: readonly string[]): Buffer {
  return Buffer.concat([streamBeginning(events), streamEnding([])]);
}

export function streamBeginning(events: readonly string[]): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n${REQUEST_ID}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  return Buffer.from(head + events.map(httpChunk).join(''), 'latin1');
}

export function streamEnding(events: readonly string[]): Buffer {
  return Buffer.from(`${events.map(httpChunk).join('')}0\r\n\r\n`, 'latin1');
}

function wholeAnswer(status: number, contentType: string, body: string): Buffer {
  const head = `HTTP/1.1 ${status} OK\r\nContent-Type: ${contentType}\r\n${REQUEST_ID}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

function httpChunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
