import { describe, expect, it } from '@jest/globals';
import { ConfigFileError } from './config-problems.js';
import { parseConfigFile } from './parse-config-file.js';

function problem(source: unknown): string {
  try {
    parseConfigFile(source);
    return 'none';
  } catch (error) {
    if (error instanceof ConfigFileError) return error.message;
    throw error;
  }
}

describe('parseConfigFile', () => {
  it.each([
    ['', 'the file is empty; it needs at least "version: 1"'],
    ['# nothing', 'the file is empty; it needs at least "version: 1"'],
    ['[]', 'invalid input: expected object, received array'],
    ['organizations: []', 'version: is missing'],
    ['version: 1\norganizations: [{}]', 'organizations[0].name: is missing'],
    [
      'version: 1\norganizations: [{ name: "a\\0b" }]',
      'organizations[0].name: must not hold control characters',
    ],
    ['version: 1\norganizations: [{ name: a, colour: red }]', 'organizations[0].colour: unknown field'],
    [
      'version: 1\norganizations: [{ name: a, balance: 5 }]',
      'organizations[0].balance: invalid input: expected string, received number',
    ],
    ['version: 1\nprices: [{ model: m, input: "-1" }]', 'prices[0].input: must be a decimal string in USD'],
    [
      'version: 1\nchannels: [{ name: a, provider: p, models: [{ name: m, upsteam: x }] }]',
      'channels[0].models[0].upsteam: unknown field',
    ],
    [
      'version: 1\nchannels: [{ name: a, provider: p, models: [5] }]',
      'channels[0].models[0]: invalid input: expected string, received number, or',
    ],
    [
      'version: 1\nchannels: [{ name: a, provider: p, models: [m], credentials: [{ enf: X }] }]',
      'channels[0].credentials[0].enf: unknown field',
    ],
    [
      'version: 1\nchannels: [{ name: a, provider: p, models: [m], baseUrl: "ftp://x" }]',
      'channels[0].baseUrl: invalid URL',
    ],
    [
      'version: 1\nkeys: [{ name: a, organization: b, secret: short }]',
      'keys[0].secret: too small: expected string to have >=20 characters',
    ],
    ['version: 1\nsettings: { routing: { attemptsMax: 0 } }', 'settings.routing.attemptsMax: too small'],
    ['version: 1\n\tname: a', 'YAML syntax error at line 2, column 1'],
    ['version: 1\nname: "a', 'YAML syntax error at line 2, column 9'],
    ['{"version": 1,}}', 'YAML syntax error at line 1'],
  ])('tells where %j is wrong', (source, message) => {
    expect(problem(source)).toContain(message);
  });

  it('names every problem', () => {
    expect(problem('version: 1\nkeys: [{ name: a }, { organization: b }]')).toBe(
      'keys[0].organization: is missing; keys[1].name: is missing',
    );
  });

  it('refuses aliases that unfold without end', () => {
    const bomb = ['version: 1', 'a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [next, previous] of ['ba', 'cb', 'dc', 'ed']) {
      bomb.push(`${next}: &${next} [${Array.from({ length: 10 }, () => `*${previous}`).join(', ')}]`);
    }
    expect(problem(bomb.join('\n'))).toContain("the YAML can't be read: Excessive alias count");
  });

  it('keeps only the settings that the file names', () => {
    const file = parseConfigFile('version: 1\nsettings: { upstream: { idleTimeoutMs: 5 } }');
    expect(file.settings).toEqual({ upstream: { idleTimeoutMs: 5 } });
    expect(parseConfigFile('version: 1').settings).toEqual({});
  });

  it('reads JSON as well, as text or parsed', () => {
    const value = { version: 1, organizations: [{ name: 'a' }] };
    expect(parseConfigFile(JSON.stringify(value)).organizations).toEqual([{ name: 'a' }]);
    expect(parseConfigFile(value).organizations).toEqual([{ name: 'a' }]);
  });
});
