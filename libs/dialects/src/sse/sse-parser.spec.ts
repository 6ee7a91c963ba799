import { describe, expect, it } from '@jest/globals';
import { SseParser } from './sse-parser.js';

function parse(pieces: readonly Buffer[]): [string, string][] {
  const events: [string, string][] = [];
  const parser = new SseParser((event, data) => events.push([event, data]));
  for (const piece of pieces) parser.push(piece);
  parser.end();
  return events;
}
const parseText = (text: string) => parse([Buffer.from(text)]);

describe('server-sent events', () => {
  it.each<[string, string, [string, string][]]>([
    ['data alone', 'data: a\n\n', [['', 'a']]],
    ['a name', 'event: ping\ndata: {}\n\n', [['ping', '{}']]],
    ['several lines of data', 'data: a\ndata:b\ndata: \n\n', [['', 'a\nb\n']]],
    ['one space at most is no data', 'data:  a\n\n', [['', ' a']]],
    ['comments, ids and retries', ': hi\nid: 1\nretry: 5\ndata: a\n\n', [['', 'a']]],
    ['events without data', 'event: ping\n\n\n\ndata: a\n\n', [['', 'a']]],
    ['a byte order mark', '\ufeffdata: a\n\n', [['', 'a']]],
    [
      'an end without blank line',
      'data: a\n\ndata: b',
      [
        ['', 'a'],
        ['', 'b'],
      ],
    ],
    [
      'carriage returns alone',
      'data: a\r\rdata: b\r\r',
      [
        ['', 'a'],
        ['', 'b'],
      ],
    ],
    ['nothing', '', []],
  ])('%s', (_what, text, events) => {
    expect(parseText(text)).toEqual(events);
    expect(parseText(text.replaceAll('\n', '\r\n'))).toEqual(events);
  });

  it('are the same however they are cut, within characters too', () => {
    const text = 'event: a\r\ndata: grüße 🎉\r\n\r\n: x\ndata: {"b":"\\n"}\n\ndata: end\n\n';
    const bytes = Buffer.from(text);
    const whole = parse([bytes]);
    expect(whole).toHaveLength(3);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(parse([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    }
    expect(parse([...bytes].map((byte) => Buffer.of(byte)))).toEqual(whole);
  });

  it('read bytes that are no UTF-8 as the standard says', () => {
    expect(parse([Buffer.concat([Buffer.from('data: a'), Buffer.of(0xff), Buffer.from('b\n\n')])])).toEqual([
      ['', 'a\ufffdb'],
    ]);
  });

  it('are put together of many pieces in little time', () => {
    const piece = Buffer.from('x'.repeat(64));
    const startedAt = performance.now();
    expect(parse([Buffer.from('data: '), ...Array<Buffer>(30_000).fill(piece)])[0]?.[1]).toHaveLength(
      1_920_000,
    );
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('are bounded: an event that never ends is refused', () => {
    const parser = new SseParser(() => undefined);
    const piece = Buffer.alloc(4 * 1_048_576, 'x');
    expect(() => {
      for (let count = 0; count < 5; count += 1) parser.push(piece);
    }).toThrow(RangeError);
  });
});
