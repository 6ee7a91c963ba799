import { describe, expect, it } from '@jest/globals';
import { GOLDEN_CASES } from './cases.js';
import { essence } from './essence.js';
import { fixture, INEXPRESSIBLE, MATRIX_DIALECTS } from './fixtures.js';
import { collectStream, decodeResponse, translateResponse, translateStream } from './matrix.js';
import { acceptedSnapshot, snapshotOf } from './snapshots.js';

const pairs = MATRIX_DIALECTS.flatMap((source) => MATRIX_DIALECTS.map((target) => [source, target] as const));

describe.each(MATRIX_DIALECTS)('%s', (source) => {
  it.each(GOLDEN_CASES)('shows $name, or says why it can not', ({ name, subjects }) => {
    for (const subject of subjects) {
      const shown = fixture(source, name, subject) !== undefined;
      const excused = INEXPRESSIBLE[source][`${name}.${subject}`] !== undefined;
      expect({ subject, shown }).toEqual({ subject, shown: !excused });
    }
  });

  it.each(GOLDEN_CASES)('becomes in every dialect what was accepted: $name', (golden) => {
    // Accept a wanted change with: npm run docs
    expect(snapshotOf(source, golden)).toEqual(acceptedSnapshot(source, golden.name));
  });
});

describe.each(pairs)('an answer of %s for a client of %s', (source, target) => {
  const cases = (subject: 'response' | 'stream') =>
    GOLDEN_CASES.filter(
      // What no client of the dialect can have asked for, none is answered with.
      ({ name, asked }) => asked !== true || INEXPRESSIBLE[target][`${name}.request`] === undefined,
    )
      .map(({ name }) => ({ name, text: fixture(source, name, subject) ?? '' }))
      .filter(({ name, text }) => text !== '' && name !== 'error-in-stream');

  it.each(cases('response'))('says the same: $name', ({ text }) => {
    const translated = translateResponse(source, target, text);
    if ('refused' in translated) throw new Error(`refused: ${translated.refused}`);
    const read = decodeResponse(target, JSON.stringify(translated.value));
    expect(essence(read)).toEqual(essence(decodeResponse(source, text)));
  });

  it.each(cases('stream'))('streams the same: $name', ({ text }) => {
    const translated = translateStream(source, target, text);
    if ('refused' in translated) throw new Error(`refused: ${translated.refused}`);
    expect(essence(collectStream(target, translated.value))).toEqual(essence(collectStream(source, text)));
  });
});
