import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GatewayError, type VendorDialectId } from '@tollgate/contracts';
import { CLIENT_DIALECTS, DIALECTS, SseParser, type StreamDecoder, type StreamPart } from '../src/index.js';
import { contextFor } from './matrix.js';
import { VENDOR_EVENTS } from './vendor-events.js';

const RUNS = { numRuns: 150, seed: 20_261_127 };
const VENDORS = Object.keys(DIALECTS) as VendorDialectId[];

const words = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      'a"b',
      '\\',
      '\n',
      '/',
      '<b>',
      'é',
      '😀',
      '\\u0041',
      '\u0000',
      'c-1',
      '"}}',
      '\u2028',
    ),
  },
);

/** As encoders of vendors write JSON: in the least letters, in ASCII, with what HTML would mind escaped, with spaces. */
const SPELLINGS: readonly ((json: string) => string)[] = [
  (json) => json,
  (json) => json,
  (json) => json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  (json) =>
    json.replace(/[<>&/]/g, (unit) =>
      unit === '/' ? '\\/' : `\\u00${unit.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  (json) => json.replace(/\}$/, '   }'),
];

/** Around the data of an event. */
const FRAMES: readonly ((name: string, json: string) => string)[] = [
  ...Array<(name: string, json: string) => string>(4).fill((name, json) => `${name}data: ${json}\n\n`),
  (name, json) => `${name}data:${json}\n\n`,
  (name, json) => `: comment\n\n${name}data: ${json}\n\n\n`,
  (name, json) => `id: 7\n${name}data: ${json}\n\n`,
  (name, json) => `data: ${json}\n${name}\n`,
  (name, json) => `${name}data: ${json.slice(0, 1)}\ndata: ${json.slice(1)}\n\n`,
];

const step = fc.record({
  text: words,
  other: fc.option(fc.nat(20), { nil: undefined, freq: 3 }),
  spelling: fc.nat(SPELLINGS.length - 1),
  frame: fc.nat(FRAMES.length - 1),
});
const stream = fc.record({
  /** Events that are alike but for their text come in rows. */
  rows: fc.array(fc.tuple(step, fc.array(words, { maxLength: 6 })), { maxLength: 8 }),
  returns: fc.boolean(),
  cuts: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 }),
});
type RandomStream = typeof stream extends fc.Arbitrary<infer Value> ? Value : never;

function written(vendor: VendorDialectId, { rows, returns, cuts }: RandomStream): readonly Buffer[] {
  const { named, opening, text, others, closing } = VENDOR_EVENTS[vendor];
  const framed = (wire: Readonly<Record<string, unknown>>, spelling = 0, frame = 0): string => {
    const name = named ? `event: ${String(wire['type'])}\n` : '';
    return FRAMES[frame]?.(name, SPELLINGS[spelling]?.(JSON.stringify(wire)) ?? '') ?? '';
  };
  const events = rows.flatMap(([{ text: first, other, spelling, frame }, more], count) => {
    const make = other === undefined ? text : (others[other % others.length] ?? text);
    return [first, ...more].map((each) => framed(make(each, count), spelling, frame));
  });
  const whole = [...opening.map((wire) => framed(wire)), ...events, ...closing.map((wire) => framed(wire))];
  const all = Buffer.from(returns ? whole.join('').replaceAll('\n', '\r\n') : whole.join(''));
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < all.length; turn += 1) {
    const length = cuts[turn % cuts.length] ?? all.length;
    pieces.push(all.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** Each event is parsed: spaces behind its data make it unlike all others. */
function parserOfEach(decoder: StreamDecoder): SseParser {
  let spaces = 0;
  return new SseParser((event, data) => {
    spaces += 1;
    decoder.push(event, data.startsWith('{') ? data + ' '.repeat(spaces) : data);
  });
}

function parserAhead(decoder: StreamDecoder): SseParser {
  return new SseParser(
    (event, data) => decoder.push(event, data),
    (text, from, frame) => decoder.pushDeltas?.(text, from, frame) ?? from,
  );
}

/** What clients of each dialect are told, and how much text there is. */
function translated(
  vendor: VendorDialectId,
  pieces: readonly Buffer[],
  parserOf: (decoder: StreamDecoder) => SseParser,
): unknown {
  const clients = Object.entries(CLIENT_DIALECTS).map(([id, { inbound }]) => {
    const context = contextFor('openai-chat', true);
    return { id, out: '', context, encoder: inbound.encodeStream(context) };
  });
  let text = '';
  const decoder = DIALECTS[vendor].outbound.decodeStream((part: StreamPart) => {
    for (const client of clients) client.out += client.encoder.push(part);
    if ('text' in part) text += part.text;
  });
  let failure: string | undefined;
  try {
    const parser = parserOf(decoder);
    for (const piece of pieces) parser.push(piece);
    parser.end();
    decoder.end();
    for (const client of clients) client.out += client.encoder.end();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    failure = `${error.code}: ${error.message}`;
  }
  const told = clients.map(({ id, out, context }) => ({ id, out, warnings: context.warnings.list }));
  return { told, text, failure, complete: decoder.complete };
}

describe.each(VENDORS)('a stream of %s', (vendor) => {
  it('says the same to every client, whether deltas are read together or each event is parsed', () => {
    fc.assert(
      fc.property(stream, (random) => {
        const pieces = written(vendor, random);
        expect(translated(vendor, pieces, parserAhead)).toEqual(translated(vendor, pieces, parserOfEach));
      }),
      RUNS,
    );
  });

  it('is read ahead: most of its deltas are parts of runs', () => {
    const rows: RandomStream['rows'] = [
      [{ text: 'first', other: undefined, spelling: 0, frame: 0 }, ['a"b', 'c', 'd']],
    ];
    let runs = 0;
    const decoder = DIALECTS[vendor].outbound.decodeStream((part) => {
      if ('run' in part && part.run !== undefined) runs += part.run.escaped.length;
    });
    const parser = parserAhead(decoder);
    for (const piece of written(vendor, { rows, returns: false, cuts: [100_000] })) parser.push(piece);
    expect(runs).toBeGreaterThanOrEqual(2);
  });
});
