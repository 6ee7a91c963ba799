import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GatewayError } from '@tollgate/contracts';
import { DIALECTS, SseParser, type Dialect } from '../src/index.js';
import { GOLDEN_CASES } from './cases.js';
import { fixture, MATRIX_DIALECTS } from './fixtures.js';

const RUNS = { numRuns: 400, seed: 20_261_126 };
const PATH = { operation: 'chat', model: 'm', streamed: true } as const;

/** Anything but a `GatewayError` is a defect; an answer is fine. */
function survives(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (
      !(error instanceof GatewayError) &&
      !(error instanceof RangeError && /stream is too large/.test(error.message))
    )
      throw error;
  }
}

/** Values that have broken parsers: prototypes, deep nesting, huge and odd numbers, lone surrogates, long names. */
const NASTY: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  2 ** 53,
  -0,
  '',
  '\ud800',
  '\u0000',
  [],
  {},
  [[[[]]]],
  [null],
  { type: null },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  JSON.parse('['.repeat(2_000) + ']'.repeat(2_000)),
  JSON.parse('{"a":'.repeat(1_000) + '1' + '}'.repeat(1_000)),
  'x'.repeat(100_000),
  Array.from({ length: 5_000 }, () => ({ type: 'text', text: 'x' })),
];

/** A fixture with one member, anywhere, replaced by something nasty. */
function mutated(value: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15)
    return NASTY[Math.floor(random() * NASTY.length)];
  const names = Object.keys(value);
  const name = names[Math.floor(random() * names.length)];
  if (name === undefined) return NASTY[Math.floor(random() * NASTY.length)];
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  if (random() < 0.1) delete copy[name];
  else copy[name] = mutated((value as Record<string, unknown>)[name], random);
  return copy;
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function readStream({ outbound }: Dialect, bytes: Buffer): void {
  const decoder = outbound?.decodeStream(() => undefined);
  const parser = new SseParser((event, data) => decoder?.push(event, data));
  parser.push(bytes);
  parser.end();
  decoder?.end();
}

describe.each(MATRIX_DIALECTS)('%s, malformed', (id) => {
  const dialect: Dialect = DIALECTS[id];
  const texts = (subject: 'request' | 'response' | 'stream') =>
    GOLDEN_CASES.map(({ name }) => fixture(id, name, subject)).filter((text) => text !== undefined);

  const mutate = (subject: 'request' | 'response', read: (value: unknown) => unknown) => {
    const values = texts(subject).map((text) => JSON.parse(text) as unknown);
    fc.assert(
      fc.property(fc.nat(values.length - 1), fc.integer(), (index, seed) => {
        survives(() => read(mutated(values[index], mulberry(seed))));
      }),
      RUNS,
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  };

  it('requests are refused or read', () => {
    mutate('request', (value) => dialect.inbound?.decodeRequest(value, PATH));
    mutate('request', (value) =>
      dialect.inbound?.readRequest(Buffer.from(JSON.stringify(value) ?? ''), PATH),
    );
  });

  it('answers are refused or read', () => {
    mutate('response', (value) => dialect.outbound?.decodeResponse(value));
    mutate('response', (value) => dialect.outbound?.readUsage(Buffer.from(JSON.stringify(value) ?? '')));
    mutate('response', (value) =>
      dialect.outbound?.decodeError(400, Buffer.from(JSON.stringify(value) ?? '')),
    );
  });

  it('streams with a mutated event are refused or read', () => {
    const streams = texts('stream').map((text) => text.split(/\r?\n\r?\n/).filter((event) => event !== ''));
    fc.assert(
      fc.property(fc.nat(streams.length - 1), fc.nat(100), fc.integer(), (index, at, seed) => {
        const events = [...(streams[index] ?? [])];
        const position = at % events.length;
        const [head = '', data = '{}'] = (events[position] ?? '').split(/(?<=^|\n)data: ?/);
        const value = /^[[{]/.test(data) && data !== '[DONE]' ? (JSON.parse(data) as unknown) : data;
        events[position] = `${head}data: ${JSON.stringify(mutated(value, mulberry(seed)))}`;
        survives(() => readStream(dialect, Buffer.from(`${events.join('\n\n')}\n\n`)));
      }),
      RUNS,
    );
  });

  it('streams with flipped bytes, repeated, lost and swapped events are refused or read', () => {
    const streams = texts('stream').map((text) => Buffer.from(text));
    fc.assert(
      fc.property(
        fc.nat(streams.length - 1),
        fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { maxLength: 8 }),
        fc.integer(),
        (index, flips, seed) => {
          const bytes = Buffer.from(streams[index] ?? []);
          for (const [at, byte] of flips) bytes[at % bytes.length] = byte;
          survives(() => readStream(dialect, bytes));
          const random = mulberry(seed);
          const events = bytes.toString().split('\n\n');
          const shuffled = events.flatMap((event) =>
            random() < 0.2 ? [] : random() < 0.2 ? [event, event] : [event],
          );
          if (random() < 0.5) shuffled.sort(() => random() - 0.5);
          survives(() => readStream(dialect, Buffer.from(shuffled.join('\n\n'))));
        },
      ),
      RUNS,
    );
  });

  it('bytes that are nothing at all are refused or read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const bytes = Buffer.from(noise);
        survives(() =>
          readStream(dialect, Buffer.concat([Buffer.from('data: '), bytes, Buffer.from('\n\n')])),
        );
        survives(() => dialect.inbound?.readRequest(bytes, PATH));
        survives(() => dialect.outbound?.decodeError(500, bytes));
        survives(() => dialect.outbound?.readUsage(bytes));
        const tap = dialect.outbound?.tapStream?.({ hideUsage: true, choices: 1 });
        survives(() => [tap?.push([bytes]), tap?.end()]);
      }),
      RUNS,
    );
  });
});
