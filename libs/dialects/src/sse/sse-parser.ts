import { StringDecoder } from 'node:string_decoder';

/** Takes events that start at `from`; returns the position behind them and their blank lines, `from` for none. */
export type ReadAhead = (text: string, from: number, frame: string) => number;

/** An event may not grow beyond this before its end: more is no stream of events. */
const EVENT_LENGTH_MAX = 16 * 1_048_576;

/**
 * Cuts server-sent events out of a byte stream that is split anywhere, also within a character.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 *
 * Comments, `id` and `retry` are passed over. Bytes that are no UTF-8 become U+FFFD, as the standard says.
 */
export class SseParser {
  private readonly decoder = new StringDecoder('utf8');
  private kept = '';
  private begun = false;
  /** Asked of `kept` itself, what was put together would be copied into one piece each time. */
  private endsWithCarriageReturn = false;
  /** What stood before the data of the last event, where it had one line of data and nothing behind it. */
  private frame = '';

  /**
   * `onEvent` gets the name (`''` when there is none) and the data of each event that carries data. `readAhead` may take
   * whole events out of the text before, where they stand in the same frame as the last one.
   */
  constructor(
    private readonly onEvent: (event: string, data: string) => void,
    private readonly readAhead?: ReadAhead,
  ) {}

  /** @throws RangeError for an event larger than 16 MiB */
  push(bytes: Buffer): void {
    this.read(this.decoder.write(bytes));
  }

  /** The stream has ended; a last event without its blank line is given, too: vendors leave it out. */
  end(): void {
    this.read(`${this.decoder.end()}\n\n`);
    this.kept = '';
  }

  private read(text: string): void {
    if (this.keepsOn(text)) return;
    let rest = this.kept === '' ? text : this.kept + text;
    if (!this.begun && rest.length > 0) {
      this.begun = true;
      if (rest.charCodeAt(0) === 0xfeff) rest = rest.slice(1);
    }
    if (rest.includes('\r')) rest = this.withoutCarriageReturns(rest);
    let from = 0;
    // What was kept holds no end of an event: one may lie across the seam, and behind it.
    let end = rest.indexOf('\n\n', Math.max(0, this.kept.length - 2));
    while (end !== -1) {
      from = this.aheadOf(rest, from, end) ?? this.event(rest, from, end);
      end = rest.indexOf('\n\n', from);
    }
    this.kept = from === 0 ? rest : rest.slice(from);
    this.endsWithCarriageReturn = this.kept.endsWith('\r');
    if (this.kept.length > EVENT_LENGTH_MAX) throw new RangeError('an event of the stream is too large');
  }

  /** Behind events that were read ahead, if any: where more than one is there, and one in its frame came before. */
  private aheadOf(text: string, from: number, end: number): number | undefined {
    if (this.readAhead === undefined || this.frame === '' || end + 2 === text.length) return undefined;
    const ahead = this.readAhead(text, from, this.frame);
    return ahead === from ? undefined : ahead;
  }

  /** A large event comes in many pieces without a line end: they are only put together, not looked through each time. */
  private keepsOn(text: string): boolean {
    if (this.kept === '' || this.kept.length + text.length > EVENT_LENGTH_MAX) return false;
    if (text.includes('\n') || text.includes('\r') || this.endsWithCarriageReturn) return false;
    this.kept += text;
    return true;
  }

  /** A carriage return at the very end stays: the line feed that belongs to it may follow. */
  private withoutCarriageReturns(text: string): string {
    const last = text.endsWith('\r') ? text.length - 1 : text.length;
    return text.slice(0, last).replace(/\r\n?/g, '\n') + text.slice(last);
  }

  /** Returns the position behind it. */
  private event(text: string, start: number, end: number): number {
    let name = '';
    let data: string | undefined;
    let from = start;
    while (from < end) {
      const found = text.indexOf('\n', from);
      const lineEnd = found === -1 || found > end ? end : found;
      if (text.startsWith('data:', from)) {
        const value = fieldValue(text, from + 5, lineEnd);
        this.frame = data === undefined && lineEnd === end ? text.slice(start, end - value.length) : '';
        data = data === undefined ? value : `${data}\n${value}`;
      } else if (text.startsWith('event:', from)) name = fieldValue(text, from + 6, lineEnd);
      from = lineEnd + 1;
    }
    if (data !== undefined) this.onEvent(name, data);
    return end + 2;
  }
}

function fieldValue(text: string, from: number, end: number): string {
  return text.slice(text.charCodeAt(from) === 0x20 ? from + 1 : from, end);
}
