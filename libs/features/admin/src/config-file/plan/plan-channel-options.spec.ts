import { describe, expect, it } from '@jest/globals';
import { CHANNEL, EMPTY, lines, problems } from '../../../test-support/planning.js';
import type { CurrentState } from './current-state.js';

const REGIONAL = {
  ...CHANNEL,
  provider: 'regional',
  baseUrl: 'https://eu.vendor.example',
  options: { region: 'eu' },
};
const ELSEWHERE: CurrentState = { ...EMPTY, channels: new Map([['main', REGIONAL]]) };
const regional = (more: string) => `channels: [{ name: main, provider: regional, models: [gpt-4o]${more} }]`;

describe('planConfig of options', () => {
  it.each([
    ['', []],
    [', options: { region: eu }', []],
    [', thinkingToContent: true', ['~ channel main: thinkingToContent false>true']],
    [
      ', options: {}, credentials: [sk-stored]',
      [
        '~ channel main: baseUrl "https://eu.vendor.example">"https://us.vendor.example", options {"region":"eu"}>{}',
      ],
    ],
    [
      ', baseUrl: "https://eu.vendor.example/v2", options: { region: us }',
      [
        '~ channel main: baseUrl "https://eu.vendor.example">"https://eu.vendor.example/v2", ' +
          'options {"region":"eu"}>{"region":"us"}',
      ],
    ],
  ])('plans %j', (more, expected) => {
    expect(lines(regional(more), ELSEWHERE).map(sorted)).toEqual(expected.map(sorted));
  });

  it.each([
    [', options: { region: us }', ['channels[0].baseUrl: another host needs the credentials again']],
    [
      ', options: { region: evil.example }',
      [
        'channels[0].options.region: must be a region: eu, us (^[a-z]{2}$)',
        'channels[0].baseUrl: another host needs the credentials again',
      ],
    ],
    [
      ', options: { regoin: eu }, credentials: [sk-stored]',
      ['channels[0].options.regoin: provider "regional" has no such option; it has: region'],
    ],
    [
      ', options: { region: 5 }',
      ['channels[0].options.region: invalid input: expected string, received number'],
    ],
  ])('refuses %j', (more, expected) => {
    expect(problems(regional(more), ELSEWHERE)).toEqual(expected);
  });

  it('forgets the options of another provider', () => {
    const yaml = 'channels: [{ name: main, provider: openai, models: [gpt-4o], credentials: [sk-stored] }]';
    expect(lines(yaml, ELSEWHERE).map(sorted)).toEqual([
      sorted(
        '~ channel main: baseUrl "https://eu.vendor.example">"https://api.openai.com/v1", ' +
          'options {"region":"eu"}>{}, provider "regional">"openai"',
      ),
    ]);
  });
});

/** The order of fields means nothing. */
function sorted(line: string): string {
  return line.replace('~ channel main: ', '').split(', ').sort().join(', ');
}
