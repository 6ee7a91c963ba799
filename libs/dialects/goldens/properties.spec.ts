import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DIALECTS, replayResponse, type CanonicalResponse } from '../src/index.js';
import { answer } from './arbitrary.js';
import { essence } from './essence.js';
import { fixture, MATRIX_DIALECTS } from './fixtures.js';
import { checkGrammar } from './grammar.js';
import { collectStream, contextFor, decodeRequest, decodeResponse, targetProfile } from './matrix.js';
import { GOLDEN_CASES } from './cases.js';

const RUNS = { numRuns: 150, seed: 20_261_126 };

describe.each(MATRIX_DIALECTS)('%s', (dialect) => {
  const { inbound, outbound } = DIALECTS[dialect];
  if (inbound === undefined) throw new Error(`${dialect} is not served`);

  const streamed = (response: CanonicalResponse): string => {
    const encoder = inbound.encodeStream(contextFor(dialect, true));
    let text = '';
    replayResponse(response, (part) => (text += encoder.push(part)));
    return text + encoder.end();
  };

  it('says any answer whole so that it is read as it was', () => {
    fc.assert(
      fc.property(answer, (response) => {
        const wire = JSON.stringify(inbound.encodeResponse(response, contextFor(dialect, false)));
        expect(essence(decodeResponse(dialect, wire))).toEqual(essence(response));
      }),
      RUNS,
    );
  });

  it('streams any answer so that it is read as it was', () => {
    fc.assert(
      fc.property(answer, (response) => {
        expect(essence(collectStream(dialect, streamed(response)))).toEqual(essence(response));
      }),
      RUNS,
    );
  });

  it('streams any answer in the order that the dialect allows', () => {
    fc.assert(
      fc.property(answer, (response) => checkGrammar(dialect, streamed(response))),
      RUNS,
    );
  });

  const requests = GOLDEN_CASES.map(({ name }) => ({ name, text: fixture(dialect, name, 'request') ?? '' }));
  it.each(requests.filter(({ text }) => text !== ''))('asks again what it was asked: $name', ({ text }) => {
    const first = decodeRequest(dialect, text);
    const { body } = outbound.encodeRequest(first, targetProfile(dialect));
    // The model of a request in the vendor's words is the vendor's.
    const again = decodeRequest(dialect, JSON.stringify(body));
    expect({ ...again, model: '' }).toEqual({ ...first, model: '' });
  });
});
