import { describe, expect, it } from '@jest/globals';
import { DeltaTemplate } from './delta-template.js';

const event = (number: number, text: string, members: object = {}) =>
  JSON.stringify({
    ...{ type: 'response.output_text.delta', sequence_number: number, item_id: 'msg_1', output_index: 0 },
    ...{ delta: text, logprobs: [], obfuscation: 'x'.repeat(number % 7) },
    ...members,
  });
const learned = (data: string) => {
  const template = new DeltaTemplate();
  template.learn(data);
  return template;
};

describe('the template of a delta', () => {
  const template = learned(event(5, ' Hello'));

  it.each([
    [6, ' world'],
    [12_345, ''],
    [7, 'שלום 👩‍🚀'],
  ])('gives the text of number %i: %s', (number, text) => {
    expect(template.match(event(number, text))).toBe(text);
  });

  it.each(['a"b', 'back\\slash', 'line\nfeed', '\u0000'])('leaves %j to be parsed', (text) => {
    expect(template.match(event(6, text))).toBeUndefined();
  });

  it.each([
    event(6, 'x', { item_id: 'msg_2' }),
    event(6, 'x', { output_index: 1 }),
    event(6, 'x', { logprobs: [{}] }),
    event(6, 'x', { more: 1 }),
    event(6, 'x').replace('"sequence_number":6', '"sequence_number":6.5'),
    event(6, 'x').slice(0, -1),
    `${event(6, 'x')} `,
  ])('does not match another event: %s', (data) => {
    expect(template.match(data)).toBeUndefined();
  });

  it('works without number and padding, and wherever the text stands', () => {
    expect(learned('{"delta":"a","item_id":"m"}').match('{"delta":"bc","item_id":"m"}')).toBe('bc');
  });

  it('learns nothing where the place of the text is in doubt', () => {
    const data = '{"delta":"a","inner":{"delta":"a"}}';
    expect(learned(data).match(data)).toBeUndefined();
    expect(learned(event(1, 'a\\b')).match(event(2, 'c'))).toBeUndefined();
  });
});
