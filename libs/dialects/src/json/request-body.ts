import { GatewayError } from '@tollgate/contracts';
import type { RequestEnvelope, RequestPatch } from '../dialect.js';
import { isWholeNumber, scanObject, type ScanResult, type ValueRange } from './scan.js';
import { splice, type Patch } from './splice.js';

const MODEL_NAME_LENGTH_MAX = 200;
const INTEGER_MAX = 100_000_000;
const COMMA = 0x2c;
const UNDERSCORE = 0x5f;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const DIGIT_ZERO = 0x30;
const SMALL_DIGITS_MAX = 9;

/**
 * A client's request in its own bytes: the members that the gateway reads, found in one pass, and patches for them.
 * `Field` are their names; what is not among them is neither read nor touched.
 */
export class RequestBody<Field extends string> {
  private readonly scan: ScanResult<Field>;

  /** @throws GatewayError `invalid_json`, `duplicate_field` */
  constructor(
    private readonly bytes: Buffer,
    fields: readonly Field[],
  ) {
    this.scan = scanObject(bytes, fields);
  }

  get length(): number {
    return this.bytes.length;
  }

  /**
   * Times that a text stands in the body, e.g. the name of a member that holds an image. Searched for is what begins at its
   * underscore, where it has one: a search runs from one place to the next that its first byte stands at, and quotes are
   * everywhere in JSON.
   */
  occurrences(text: Buffer): number {
    const { bytes } = this;
    const rareAt = Math.max(0, text.indexOf(UNDERSCORE));
    const rare = text.subarray(rareAt);
    let count = 0;
    for (let at = bytes.indexOf(rare); at !== -1; at = bytes.indexOf(rare, at + rare.length)) {
      const start = at - rareAt;
      if (start >= 0 && text.compare(bytes, start, at, 0, rareAt) === 0) count += 1;
    }
    return count;
  }

  has(field: Field): boolean {
    return this.scan.values[field] !== undefined;
  }

  /** The value of a member; `undefined` when absent. */
  value(field: Field): unknown {
    const range = this.scan.values[field];
    if (range === undefined) return undefined;
    const simple = this.simpleValue(range);
    return simple === undefined ? this.parse(range, field) : simple;
  }

  /** What most members are: a word or a small number, read without a parser; `undefined`: something else. */
  private simpleValue({ start, end }: ValueRange): boolean | number | null | undefined {
    const { bytes } = this;
    const first = bytes[start];
    // The scan let nothing pass that begins so and is another word.
    if (first === LETTER_T) return true;
    if (first === LETTER_F) return false;
    if (first === LETTER_N) return null;
    if (end - start > SMALL_DIGITS_MAX || !isWholeNumber(bytes, start, end)) return undefined;
    let value = 0;
    for (let at = start; at < end; at += 1) value = value * 10 + (bytes[at] ?? 0) - DIGIT_ZERO;
    return value;
  }

  /** @throws GatewayError `invalid_request` unless it is the name of a model */
  model(field: Field): string {
    const value = this.value(field);
    if (typeof value !== 'string' || value === '' || value.length > MODEL_NAME_LENGTH_MAX) {
      throw invalidField(field, 'must be the name of a model');
    }
    return value;
  }

  /** `false` when absent or null. */
  boolean(field: Field): boolean {
    const value = this.value(field) ?? false;
    if (typeof value !== 'boolean') throw invalidField(field, 'must be true or false');
    return value;
  }

  /** A whole number from 1; `null` when absent or null. */
  integer(field: Field, max = INTEGER_MAX): number | null {
    return wholeNumber(this.value(field), field, max);
  }

  /** `undefined` when absent or null. */
  object(field: Field): Readonly<Record<string, unknown>> | undefined {
    const value = this.value(field);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw invalidField(field, 'must be an object');
    return value as Readonly<Record<string, unknown>>;
  }

  /** A patch that replaces the value of a member, or adds it. */
  set(patches: BodyPatches, field: string, value: unknown): void {
    const range = this.scan.values[field as Field];
    const text = JSON.stringify(value);
    // The client may have written null: beside that, a second member of the name would be the one that is ignored.
    if (range !== undefined) patches.replaced.push({ ...range, text });
    else patches.added.push(`${quoted(field)}:${text}`);
  }

  /** A patch that gives a member another name; its value stays where it is. */
  rename(patches: BodyPatches, field: Field, name: string): void {
    const range = this.scan.values[field];
    if (range === undefined) return;
    const start = this.nameStart(field, range);
    patches.replaced.push({ start, end: start + quoted(field).length, text: quoted(name) });
  }

  /** Patches that take members away. */
  remove(patches: BodyPatches, fields: readonly Field[]): void {
    const members: ValueRange[] = [];
    for (const field of fields) {
      const range = this.scan.values[field];
      if (range !== undefined) members.push({ start: this.nameStart(field, range), end: range.end });
    }
    members.sort((a, b) => a.start - b.start);
    for (const run of this.runsOf(members)) patches.replaced.push({ ...this.withComma(run), text: '' });
  }

  /** Neighbours as one: a comma between two of them belongs to both. */
  private runsOf(members: readonly ValueRange[]): readonly ValueRange[] {
    const runs: ValueRange[] = [];
    for (const member of members) {
      const last = runs.at(-1);
      const adjoins =
        last !== undefined && this.bytes.toString('latin1', last.end, member.start).trim() === ',';
      if (adjoins) runs[runs.length - 1] = { start: last.start, end: member.end };
      else runs.push(member);
    }
    return runs;
  }

  /** With the comma behind it; that before it where it is the last. */
  private withComma({ start, end }: ValueRange): ValueRange {
    const { bytes } = this;
    let behind = end;
    while (isSpace(bytes[behind])) behind += 1;
    if (bytes[behind] === COMMA) return { start, end: behind + 1 };
    let before = start - 1;
    while (isSpace(bytes[before])) before -= 1;
    return { start: bytes[before] === COMMA ? before : start, end };
  }

  /** Names spelt with escapes are refused, so the name stands before its value as it is. */
  private nameStart(field: Field, { start }: ValueRange): number {
    return this.bytes.lastIndexOf(quoted(field), start);
  }

  /** The bytes with patches applied. */
  with({ replaced, added }: BodyPatches): Buffer {
    const { insertAt } = this.scan;
    if (added.length === 0) return splice(this.bytes, replaced);
    return splice(this.bytes, [...replaced, { start: insertAt, end: insertAt, text: `${added.join(',')},` }]);
  }

  private parse(range: ValueRange, field: string): unknown {
    try {
      return JSON.parse(this.bytes.toString('utf8', range.start, range.end));
    } catch (cause) {
      throw new GatewayError('invalid_json', `The body is not valid JSON: malformed value of "${field}".`, {
        field,
        cause,
      });
    }
  }
}

export interface BodyPatches {
  readonly replaced: Patch[];
  /** Members as `"name":value`. */
  readonly added: string[];
}

/** Names of members that dialects have hold nothing to escape. */
function quoted(name: string): string {
  return `"${name}"`;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

const NOTHING: readonly string[] = [];

/**
 * The body for a vendor that has some members in the path, or wants others besides. Written anew: what the client wrote
 * stays, but for its spacing.
 */
export function reshapeBody(bytes: Buffer, { remove = NOTHING, add }: RequestPatch): Buffer {
  if (remove.length === 0 && (add === undefined || Object.keys(add).length === 0)) return bytes;
  const members = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
  for (const name of remove) delete members[name];
  return Buffer.from(JSON.stringify({ ...add, ...members }));
}

/** A whole number from 1 to `max`; `null` when absent or null. @throws GatewayError `invalid_request` */
export function wholeNumber(value: unknown, field: string, max = INTEGER_MAX): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
    throw invalidField(field, `must be a whole number from 1 to ${max}`);
  }
  return value;
}

export function invalidField(field: string, what: string): GatewayError {
  return new GatewayError('invalid_request', `The field "${field}" ${what}.`, { field });
}

/** An envelope of a request that generates nothing. */
export function inputOnlyEnvelope(model: string, inputTokensMax: number): RequestEnvelope {
  return {
    model,
    streamed: false,
    wantsStreamUsage: false,
    outputTokensMax: 0,
    choices: 1,
    inputTokensMax,
    storedInput: false,
    continues: null,
    conversation: null,
    stored: false,
  };
}

/** For dialects whose vendors keep nothing. */
export const NOTHING_STORED = {
  storedInput: false,
  continues: null,
  conversation: null,
  stored: false,
} as const;
