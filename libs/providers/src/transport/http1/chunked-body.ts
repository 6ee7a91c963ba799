import { InvalidResponse } from './invalid-response.js';

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const SPACE = 0x20;
const TAB = 0x09;
/** Of one chunk: far more than anybody sends, and exact as a number. */
const SIZE_DIGITS_MAX = 12;
/** Of one chunk's extensions, or of all that follows the last chunk. */
const IGNORED_BYTES_MAX = 65_536;

type State =
  | 'size'
  | 'padding'
  | 'extension'
  | 'size-end'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'trailer-start'
  | 'trailer'
  | 'trailer-end'
  | 'end'
  | 'whole';

/**
 * Takes the chunks of one answer apart: https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding
 * Extensions and trailers are passed over.
 */
export class ChunkedBody {
  private state: State = 'size';
  private digits = 0;
  /** Bytes that the chunk still has. */
  private left = 0;
  private ignored = 0;
  /** Bytes of data that the last read found. */
  found = 0;

  get whole(): boolean {
    return this.state === 'whole';
  }

  /**
   * Reads on, and puts the data of all chunks that it finds one after the other: a burst of small ones becomes one piece.
   *
   * @param data has room for as much as there is to read; afterwards the data is in its first `found` bytes
   * @returns where it stopped: at the end of the bytes or of the body
   * @throws InvalidResponse
   */
  read(bytes: Buffer, from: number, data: Buffer): number {
    this.found = 0;
    let at = from;
    while (at < bytes.length && this.state !== 'whole') {
      if (this.state === 'data') at = this.readData(bytes, at, data);
      else this.readFrame(bytes[at++] ?? 0);
    }
    return at;
  }

  private readData(bytes: Buffer, from: number, data: Buffer): number {
    const end = Math.min(from + this.left, bytes.length);
    bytes.copy(data, this.found, from, end);
    this.found += end - from;
    this.left -= end - from;
    if (this.left === 0) this.state = 'data-cr';
    return end;
  }

  private readFrame(byte: number): void {
    switch (this.state) {
      case 'size':
        this.readSize(byte);
        return;
      case 'padding':
        this.endDigits(byte);
        return;
      case 'extension':
        this.passOver(byte, 'size-end');
        return;
      case 'size-end':
        this.endSize(byte);
        return;
      case 'data-cr':
        this.expect(byte, CR, 'data-lf');
        return;
      case 'data-lf':
        this.expect(byte, LF, 'size');
        return;
      case 'trailer-start':
        this.state = byte === CR ? 'end' : 'trailer';
        if (byte === LF) throw wrongLineEnd();
        return;
      case 'trailer':
        this.passOver(byte, 'trailer-end');
        return;
      case 'trailer-end':
        this.expect(byte, LF, 'trailer-start');
        return;
      default:
        this.expect(byte, LF, 'whole');
    }
  }

  private readSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit !== undefined) {
      this.left = this.left * 16 + digit;
      this.digits += 1;
      if (this.digits > SIZE_DIGITS_MAX) throw new InvalidResponse('a chunk has no bounded size');
      return;
    }
    if (this.digits === 0) throw new InvalidResponse('a chunk has no size');
    this.endDigits(byte);
  }

  /** Some write spaces behind the size; digits behind these would be read by one and not by another. */
  private endDigits(byte: number): void {
    if (byte === SEMICOLON) this.state = 'extension';
    else if (byte === CR) this.state = 'size-end';
    else if (byte === SPACE || byte === TAB) {
      this.state = 'padding';
      this.passOver(byte, 'padding');
    } else throw new InvalidResponse("a chunk's size is not hexadecimal");
  }

  private endSize(byte: number): void {
    this.digits = this.ignored = 0;
    this.expect(byte, LF, this.left === 0 ? 'trailer-start' : 'data');
  }

  private passOver(byte: number, next: State): void {
    this.ignored += 1;
    if (this.ignored > IGNORED_BYTES_MAX) throw new InvalidResponse('it has too much beside its chunks');
    if (byte === CR) this.state = next;
    else if (byte === LF) throw wrongLineEnd();
    else if (byte < SPACE && byte !== TAB) throw new InvalidResponse('it has stray control characters');
  }

  private expect(byte: number, expected: number, next: State): void {
    if (byte !== expected) throw wrongLineEnd();
    this.state = next;
  }
}

function wrongLineEnd(): InvalidResponse {
  return new InvalidResponse('a chunk does not end where it says');
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}
