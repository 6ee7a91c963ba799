const CAPACITY_BYTES = 262_144;
const UTF8_BYTES_PER_UNIT_MAX = 3;
const INTEGER_DIGITS_MAX = 16;
const DIGIT_0 = 0x30;
const POINT = 0x2e;
/** Whole numbers below are divided as 32-bit integers. */
const SMALL = 2 ** 31;
const BILLION = 1_000_000_000;
const BILLION_DIGITS = 9;
const FRACTION_DIGITS = 3;
const FRACTIONS = 10 ** FRACTION_DIGITS;
const NULL = 'null';

/**
 * JSON in bytes, written piece behind piece: a fraction of the price of a string that is put together and then encoded.
 * What was written stays where it is, for whoever holds a part of it; only what is not done with moves when more
 * room is needed.
 */
export class JsonWriter {
  #bytes: Buffer;
  #begin = 0;
  #end = 0;

  constructor(private readonly capacity = CAPACITY_BYTES) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** Bytes since what was forgotten. */
  get length(): number {
    return this.#end - this.#begin;
  }

  /** What was written since it had that length. */
  part(from = 0): Buffer {
    return this.#bytes.subarray(this.#begin + from, this.#end);
  }

  /** What is written is done with, and stays as it is. */
  forget(): void {
    this.#begin = this.#end;
  }

  /** Takes back what was written since it had that length. */
  cut(length: number): void {
    this.#end = this.#begin + length;
  }

  /** Room for something that is known later. */
  skip(length: number): void {
    this.#take(length);
  }

  /** @param at as a length, into what was skipped */
  setUint32(at: number, value: number): void {
    this.#bytes.writeUInt32BE(value, this.#begin + at);
  }

  /** JSON that has nothing but ASCII in it. */
  ascii(text: string): void {
    const at = this.#take(text.length);
    this.#bytes.write(text, at, 'latin1');
  }

  /** JSON in any script. */
  text(text: string): void {
    const at = this.#take(text.length * UTF8_BYTES_PER_UNIT_MAX);
    this.#end = at + this.#bytes.write(text, at);
  }

  /** JSON in bytes. */
  encoded(json: Uint8Array): void {
    const at = this.#take(json.length);
    this.#bytes.set(json, at);
  }

  /** As JSON has it: what is no number is `null`. */
  number(value: number | null): void {
    if (value === null || !Number.isFinite(value)) this.ascii(NULL);
    else if (value < 0) this.ascii(`${value}`);
    else if (Number.isSafeInteger(value)) this.#integer(value);
    else this.#fraction(value);
  }

  /** Times are measured to the thousandth: the others are rare. */
  #fraction(value: number): void {
    const thousandths = Math.round(value * FRACTIONS);
    if (thousandths >= SMALL || thousandths / FRACTIONS !== value) {
      this.ascii(`${value}`);
      return;
    }
    const whole = Math.trunc(thousandths / FRACTIONS);
    this.#integer(whole);
    const at = this.#take(1 + FRACTION_DIGITS);
    this.#bytes[at] = POINT;
    this.#digits(thousandths - whole * FRACTIONS, at + 1, FRACTION_DIGITS);
  }

  #integer(value: number): void {
    const at = this.#take(INTEGER_DIGITS_MAX);
    if (value < SMALL) {
      this.#end = this.#leading(value, at);
      return;
    }
    const high = Math.trunc(value / BILLION);
    const middle = this.#leading(high, at);
    this.#digits(value - high * BILLION, middle, BILLION_DIGITS);
    this.#end = middle + BILLION_DIGITS;
  }

  /** @returns where it ends */
  #leading(value: number, at: number): number {
    let count = 1;
    for (let rest = value; rest >= 10; rest = Math.trunc(rest / 10)) count += 1;
    this.#digits(value, at, count);
    return at + count;
  }

  #digits(value: number, at: number, count: number): void {
    let rest = value;
    for (let place = at + count - 1; place >= at; place -= 1) {
      const tens = Math.trunc(rest / 10);
      this.#bytes[place] = DIGIT_0 + rest - tens * 10;
      rest = tens;
    }
  }

  /** @returns where it begins */
  #take(length: number): number {
    if (this.#end + length > this.#bytes.length) this.#makeRoom(length);
    const at = this.#end;
    this.#end = at + length;
    return at;
  }

  #makeRoom(length: number): void {
    const kept = this.part();
    const larger = Buffer.allocUnsafe(Math.max(this.capacity, (kept.length + length) * 2));
    this.#end = kept.copy(larger);
    this.#begin = 0;
    this.#bytes = larger;
  }
}
