import { SseParser } from '../sse/sse-parser.js';

/**
 * A stream as clients read it that did not ask for `alt=sse`: one JSON array, an element an event.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#stream
 */
export class GeminiJsonArray {
  private readonly parser: SseParser;
  private out = '';
  private begun = false;

  constructor() {
    this.parser = new SseParser((_event, data) => {
      this.out += this.begun ? `,\r\n${data}` : `[${data}`;
      this.begun = true;
    });
  }

  /** Takes server-sent events, cut anywhere. @throws RangeError for an event larger than 16 MiB */
  push(events: Buffer): Buffer {
    this.parser.push(events);
    return this.take();
  }

  end(): Buffer {
    this.parser.end();
    this.out += this.begun ? ']' : '[]';
    return this.take();
  }

  private take(): Buffer {
    const bytes = Buffer.from(this.out);
    this.out = '';
    return bytes;
  }
}
