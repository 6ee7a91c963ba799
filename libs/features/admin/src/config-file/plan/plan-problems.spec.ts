import { describe, expect, it } from '@jest/globals';
import { EXISTING, problems } from '../../../test-support/planning.js';

describe('planConfig', () => {
  it.each([
    [
      'channels: [{ name: c, provider: opena, models: [m] }]',
      ['channels[0].provider: unknown provider "opena"; known: openai, compatible, regional'],
    ],
    [
      'channels: [{ name: c, provider: openai, models: [m] }]',
      ['channels[0].credentials: provider "openai" needs at least one credential'],
    ],
    [
      'channels: [{ name: c, provider: compatible, models: [m, m] }]',
      [
        'channels[0].baseUrl: provider "compatible" has no base URL of its own; name one',
        'channels[0].models[1]: "m" is named twice',
      ],
    ],
    [
      'channels: [{ name: c, provider: compatible, baseUrl: "http://user:pw@h/", models: [m] }]',
      ['channels[0].baseUrl: must have no user name, password, query or fragment'],
    ],
    [
      'channels: [{ name: main, provider: openai, models: [gpt-4o], dialect: gemini }]',
      [
        'channels[0].dialect: provider "openai" does not speak gemini; it speaks: openai-chat, openai-responses',
      ],
    ],
    [
      'channels: [{ name: main, provider: openai, models: [gpt-4o], baseUrl: "https://evil.example/v1" }]',
      ['channels[0].baseUrl: another host needs the credentials again'],
    ],
    ['prices: [{ model: m }]', ['prices[0]: "m" has no price; name at least one']],
    [
      'keys: [{ name: k, organization: nobody }]',
      ['keys[0].organization: unknown organization "nobody"; name it under organizations'],
    ],
    [
      'keys: [{ name: other, organization: acme, secret: a-secret-of-twenty-characters }]',
      ['keys[0].secret: another key has this secret'],
    ],
    ['models: [{ name: a }, { name: a }]', ['models[1]: "a" is named already by models[0]']],
    [
      'keys: [{ name: a, organization: acme, secret: a-secret-of-twenty-characters }, { name: b, organization: acme, secret: a-secret-of-twenty-characters }]',
      ['keys[1].secret: is the secret of keys[0]'],
    ],
    [
      'prices: [{ model: a, input: "1" }, { model: a, input: "2" }]',
      ['prices[1]: "a" is named already by prices[0]'],
    ],
  ])('refuses %s', (yaml, expected) => {
    expect(problems(yaml, EXISTING)).toEqual(expected);
  });
});
