import { describe, expect, it } from '@jest/globals';
import { DeltaRun, GrowingText, lengthOf, startingWith, writeDelta } from './delta.js';

const contentsOf = (text: string): string => JSON.stringify(text).slice(1, -1);
const written = (run: DeltaRun | undefined): string => (run === undefined ? '' : writeDelta(run, '<', '>'));

describe('a run of deltas', () => {
  const texts = ['a', '"', '\\', '\n', '\\u0041', '\u0000', 'é😀', '\u2028', '/', '\\"\\'];

  it('is the texts as one, and each is written as it would be alone', () => {
    const run = DeltaRun.of(texts.map(contentsOf));
    expect(run?.text).toBe(texts.join(''));
    expect(run?.length).toBe(texts.join('').length);
    expect(written(run)).toBe(texts.map((text) => writeDelta({ text }, '<', '>')).join(''));
  });

  it.each([
    ['\\/', '/'],
    ['\\u00e9', 'é'],
    ['\\u000A', '\n'],
    ['\\u003c', '<'],
    ['\\ud83d\\ude00', '😀'],
    ['\\uD83D', '\ud83d'],
  ])('holds %s in the usual spelling', (contents, text) => {
    const run = DeltaRun.of(['a"'.replace('"', '\\"'), contents]);
    expect(written(run)).toBe(`<"a\\"">${writeDelta({ text }, '<', '>')}`);
    expect(run?.length).toBe(2 + text.length);
  });

  it.each(['\n', '\u0000', '\\x', '\\u12', '\\', 'a\tb'])(
    'ends before %j, which JSON does not allow',
    (contents) => {
      expect(DeltaRun.of(['a', 'b', contents, 'c'])?.escaped).toEqual(['a', 'b']);
      expect(DeltaRun.of([contents, 'c'])).toBeUndefined();
    },
  );

  it('is no run of halves of an escape that are none apart', () => {
    expect(DeltaRun.of(['a', '\\u00', '41'])?.escaped).toEqual(['a']);
  });

  it('can be told without its last piece, or with a start', () => {
    const run = DeltaRun.of(['a', 'b\\n']);
    expect(run?.withoutLast?.text).toBe('a');
    expect(run?.withoutLast?.withoutLast).toBeUndefined();
    expect(run === undefined ? '' : startingWith('"', run)).toMatchObject({
      ...{ escaped: ['\\"a', 'b\\n'], text: '"ab\n', length: 4 },
    });
  });
});

it('a growing text has runs and single deltas in their order', () => {
  const text = new GrowingText();
  const deltas = [{ text: 'a' }, DeltaRun.of(['b', 'c\\n']), { text: 'd' }].filter(
    (delta) => delta !== undefined,
  );
  for (const delta of deltas) text.add(delta);
  expect(text.length).toBe(deltas.reduce((sum, delta) => sum + lengthOf(delta), 0));
  expect(text.text).toBe('abc\nd');
  text.add({ text: 'e' });
  expect(text.text).toBe('abc\nde');
});

it('a growing text of very many pieces is their text', () => {
  const text = new GrowingText();
  const run = DeltaRun.of(['é\\n', '\\ud83d', '\\ude00']) ?? { text: '' };
  const deltas = Array.from({ length: 1_000 }, (_, at) => (at % 300 < 150 ? { text: `${at} ` } : run));
  for (const delta of deltas) text.add(delta);
  expect(text.text).toBe(deltas.map((delta) => delta.text).join(''));
  expect(text.length).toBe(text.text.length);
});
