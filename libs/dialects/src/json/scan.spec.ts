import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scanObject } from './scan.js';

const scan = (text: string) => {
  const body = Buffer.from(text);
  const { values } = scanObject(body, ['model', 'stream']);
  const read = (range?: { start: number; end: number }) =>
    range === undefined ? undefined : body.toString('utf8', range.start, range.end);
  return { model: read(values.model), stream: read(values.stream) };
};

describe('scanObject', () => {
  it.each([
    ['{"model":"a","stream":true}', { model: '"a"', stream: 'true' }],
    [' {\n "stream" : false , "model" : "b\\"c" } \n', { model: '"b\\"c"', stream: 'false' }],
    ['{"messages":[{"model":"nested","stream":1}],"model":"x"}', { model: '"x"', stream: undefined }],
    ['{"a":"\\\\","model":"x"}', { model: '"x"', stream: undefined }],
    ['{"model":{"deep":[{},[],{"a":[]}]}}', { model: '{"deep":[{},[],{"a":[]}]}', stream: undefined }],
    ['{}', { model: undefined, stream: undefined }],
  ])('finds the top-level members of %s', (text, expected) => {
    expect(scan(text)).toEqual(expected);
  });

  it.each(['{"model":"a","model":"b"}', '{"stream":true,"x":1,"stream":false}'])(
    'refuses the duplicate in %s',
    (text) => {
      expect(() => scan(text)).toThrow(expect.objectContaining({ code: 'duplicate_field' }));
    },
  );

  it('refuses a wanted member spelt with escapes', () => {
    expect(() => scan('{"model":"cheap","mod\\u0065l":"dear"}')).toThrow(
      expect.objectContaining({ code: 'duplicate_field' }),
    );
  });

  it.each(['Model', 'MODEL', '\u017ftream', 'Mod\\u0065l'])(
    'refuses %s, which parsers that ignore case take for a wanted member',
    (name) => {
      expect(() => scan(`{"model":"cheap","${name}":"dear"}`)).toThrow(
        expect.objectContaining({ code: 'duplicate_field' }),
      );
    },
  );

  it('takes other members in any letters', () => {
    expect(scan('{"Models":1,"Größe":2,"X":3,"model":"m"}').model).toBe('"m"');
  });

  it.each([
    '',
    '[]',
    'null',
    '{',
    '{"model"',
    '{"model":}',
    '{"model":"a"',
    '{"model":"a"}x',
    '{"model":"a",}',
    '{"a":[1,]}',
    '{"a":{"b":1,}}',
    '{"a":[1}',
    '{"a":01}',
    '{"a":tru}',
    '{"a":"unterminated}',
    "{'model':'a'}",
    '{"a":1 "b":2}',
    `{"a":${'['.repeat(200)}${']'.repeat(200)}}`,
  ])('refuses what is no JSON object: %s', (text) => {
    expect(() => scan(text)).toThrow(expect.objectContaining({ code: 'invalid_json' }));
  });

  it('agrees with JSON.parse on every object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(2), (object, indent) => {
        const text = JSON.stringify({ ...object, model: 'm' }, undefined, indent);
        expect(scan(text).model).toBe('"m"');
      }),
    );
  });

  it('never accepts a cut text', () => {
    const text = JSON.stringify({ model: 'a', messages: [{ role: 'user', content: 'x"\\y'.repeat(20) }] });
    for (let length = 0; length < text.length; length += 1) {
      expect(() => scan(text.slice(0, length))).toThrow(expect.objectContaining({ code: 'invalid_json' }));
    }
  });
});
