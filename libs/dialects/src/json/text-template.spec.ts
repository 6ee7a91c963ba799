import { describe, expect, it } from '@jest/globals';
import { TextTemplate } from './text-template.js';

const event = (text: string, more: object = {}) =>
  JSON.stringify({ id: 'c1', choices: [{ index: 0, delta: { content: text } }], ...more });

function learned(data: string, text: string): TextTemplate {
  const template = new TextTemplate();
  template.learn(data, text);
  return template;
}

describe('a learned text template', () => {
  it('matches nothing before it has learned', () => {
    expect(new TextTemplate().match(event('a'))).toBeUndefined();
  });

  it.each(['b', '', ' longer than before', '👋 שלום', '<>&/{}[],:'])('reads the text %j', (text) => {
    expect(learned(event('Hello'), 'Hello').match(event(text))).toBe(text);
  });

  it.each(['"', '\\', '\n', '\u0000', 'a"},"b":{"c'])('leaves the text %j to the parser', (text) => {
    expect(learned(event('Hello'), 'Hello').match(event(text))).toBeUndefined();
  });

  it.each([
    event('b', { usage: null }),
    event('b').replace('c1', 'c2'),
    event('b').replace('"index":0', '"index":1'),
    '{}',
    '',
  ])('leaves an event that differs elsewhere to the parser: %s', (data) => {
    expect(learned(event('Hello'), 'Hello').match(data)).toBeUndefined();
  });

  it('takes raw control characters, which JSON forbids, for themselves', () => {
    const data = event('b').replace('"b"', '"\n"');
    expect(learned(event('Hello'), 'Hello').match(data)).toBe('\n');
  });

  it.each([
    [event('c1'), 'c1'],
    [event('content'), 'content'],
    ['{"id":"hi","text":"\\u0068i"}', 'hi'],
    ['{"a":"x","b":"c",",":","}', ','],
    [event('Hello'), 'not there'],
  ])('learns nothing where the place of the text is in doubt: %s', (data, text) => {
    const template = learned(data, text);
    expect(template.match(data)).toBeUndefined();
  });

  it('passes over padding of any length', () => {
    const template = learned(event('Hello', { obfuscation: 'aB3' }), 'Hello');
    expect(template.match(event('b', { obfuscation: 'xyz0123' }))).toBe('b');
    expect(template.match(event('b', { obfuscation: '' }))).toBe('b');
    expect(template.match(event('b'))).toBeUndefined();
    expect(template.match(event('b', { obfuscation: '"' }))).toBeUndefined();
  });

  it('passes over padding in the middle of what follows', () => {
    const middle = (text: string, obfuscation: string) =>
      event(text, { obfuscation, object: 'chunk', usage: null });
    const template = learned(middle('Hello', 'aB3'), 'Hello');
    expect(template.match(middle('b', 'xyz0123'))).toBe('b');
    expect(template.match(middle('b', 'xyz').replace('chunk', 'chank'))).toBeUndefined();
  });

  it('takes the later of two lessons', () => {
    const template = learned(event('Hello'), 'Hello');
    template.learn(event('a', { usage: null }), 'a');
    expect(template.match(event('b', { usage: null }))).toBe('b');
    expect(template.match(event('b'))).toBeUndefined();
  });
});
