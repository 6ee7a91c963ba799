import { describe, expect, it } from '@jest/globals';
import { channelOverrides, GatewayError, type ChannelOverrides } from '@tollgate/contracts';
import { compileOverrides } from './compile-overrides.js';
import { RuleError } from './rule-error.js';
import type { TransformContext } from './transform-state.js';

const CONTEXT: TransformContext = {
  model: 'fast',
  upstreamModel: 'gpt-4o-mini',
  retries: 1,
  stream: true,
  client: { header: (name) => ({ 'x-session': 's-1', 'x-bad': 'caf\u00e9' })[name] },
};

/** The body after the steps; as an operator writes them. */
function changed(overrides: unknown, body: object, context = CONTEXT): unknown {
  return run(overrides, { body, context }).body;
}

function run(
  overrides: unknown,
  {
    body = {},
    headers = [],
    context = CONTEXT,
  }: { body?: object; headers?: string[]; context?: TransformContext },
) {
  const parsed: ChannelOverrides = channelOverrides.parse(overrides);
  const state = { body: structuredClone(body) as Record<string, unknown>, headers: [...headers], context };
  for (const step of compileOverrides(parsed)) step(state);
  return state;
}

describe('a step on the body', () => {
  const messages = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hi' },
  ];
  it.each([
    ['set writes a value', { mode: 'set', path: 'a.b', value: [1] }, {}, { a: { b: [1] } }],
    ['set writes over a value', { mode: 'set', path: 'a', value: 2 }, { a: 1 }, { a: 2 }],
    [
      'set takes null for a missing object',
      { mode: 'set', path: 'a.b', value: 1 },
      { a: null },
      { a: { b: 1 } },
    ],
    ['set leaves a text on the way', { mode: 'set', path: 'a.b', value: 1 }, { a: 'x' }, { a: 'x' }],
    ['set keeps what is there', { mode: 'set', path: 'a', value: 2, keepOrigin: true }, { a: 1 }, { a: 1 }],
    ['set fills what is not', { mode: 'set', path: 'a', value: 2, keepOrigin: true }, {}, { a: 2 }],
    ['set counts from the end', { mode: 'set', path: 'a.-1', value: 9 }, { a: [1, 2] }, { a: [1, 9] }],
    [
      'set may go one beyond the end',
      { mode: 'set', path: 'a.2', value: 3 },
      { a: [1, 2] },
      { a: [1, 2, 3] },
    ],
    ['set never further', { mode: 'set', path: 'a.900000000', value: 3 }, { a: [1] }, { a: [1] }],
    ['set never before the beginning', { mode: 'set', path: 'a.-3', value: 3 }, { a: [1] }, { a: [1] }],
    ['set gives an array no names', { mode: 'set', path: 'a.length', value: 0 }, { a: [1] }, { a: [1] }],
    ['set takes an escaped dot for a name', { mode: 'set', path: 'a\\.b', value: 1 }, {}, { 'a.b': 1 }],
    ['delete', { mode: 'delete', path: 'a.b' }, { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
    ['delete from an array', { mode: 'delete', path: 'a.-1' }, { a: [1, 2] }, { a: [1] }],
    ['delete of nothing', { mode: 'delete', path: 'a.b.c' }, { a: 1 }, { a: 1 }],
    ['delete beyond the end', { mode: 'delete', path: 'a.5' }, { a: [1] }, { a: [1] }],
    ['move', { mode: 'move', from: 'a', to: 'b.c' }, { a: 1 }, { b: { c: 1 } }],
    ['move into where it stood', { mode: 'move', from: 'a', to: 'a.b' }, { a: 1 }, { a: { b: 1 } }],
    ['move of nothing', { mode: 'move', from: 'a', to: 'b' }, { b: 1 }, { b: 1 }],
    [
      'move that keeps',
      { mode: 'move', from: 'a', to: 'b', keepOrigin: true },
      { a: 1, b: 2 },
      { a: 1, b: 2 },
    ],
    ['copy', { mode: 'copy', from: 'a.0', to: 'b' }, { a: [{ x: 1 }] }, { a: [{ x: 1 }], b: { x: 1 } }],
    ['prepend to a text', { mode: 'prepend', path: 'a', value: 'x' }, { a: 'y' }, { a: 'xy' }],
    ['append to a text', { mode: 'append', path: 'a', value: 'x' }, { a: 'y' }, { a: 'yx' }],
    ['append an entry', { mode: 'append', path: 'a', value: 2 }, { a: [1] }, { a: [1, 2] }],
    ['prepend entries', { mode: 'prepend', path: 'a', value: [1, 2] }, { a: [3] }, { a: [1, 2, 3] }],
    [
      'append members',
      { mode: 'append', path: 'a', value: { x: 2 } },
      { a: { x: 1, y: 1 } },
      { a: { x: 2, y: 1 } },
    ],
    [
      'append members that are not there',
      { mode: 'append', path: 'a', value: { x: 2, z: 2 }, keepOrigin: true },
      { a: { x: 1 } },
      { a: { x: 1, z: 2 } },
    ],
    ['append where nothing is', { mode: 'append', path: 'a', value: [1] }, {}, { a: [1] }],
    ['append of a number to a text', { mode: 'append', path: 'a', value: 1 }, { a: 'x' }, { a: 'x' }],
    ['trim-prefix', { mode: 'trim-prefix', path: 'a', value: 'x-' }, { a: 'x-y' }, { a: 'y' }],
    ['trim-prefix of another', { mode: 'trim-prefix', path: 'a', value: 'z' }, { a: 'x' }, { a: 'x' }],
    ['trim-suffix', { mode: 'trim-suffix', path: 'a', value: '-y' }, { a: 'x-y' }, { a: 'x' }],
    ['ensure-prefix', { mode: 'ensure-prefix', path: 'a', value: 'x-' }, { a: 'y' }, { a: 'x-y' }],
    [
      'ensure-prefix that is there',
      { mode: 'ensure-prefix', path: 'a', value: 'x-' },
      { a: 'x-y' },
      { a: 'x-y' },
    ],
    ['ensure-suffix', { mode: 'ensure-suffix', path: 'a', value: '!' }, { a: 'y' }, { a: 'y!' }],
    [
      'ensure-suffix that is there',
      { mode: 'ensure-suffix', path: 'a', value: '!' },
      { a: 'y!' },
      { a: 'y!' },
    ],
    ['trim-space', { mode: 'trim-space', path: 'a' }, { a: ' x\n' }, { a: 'x' }],
    ['to-lower', { mode: 'to-lower', path: 'a' }, { a: 'Ab' }, { a: 'ab' }],
    ['to-upper', { mode: 'to-upper', path: 'a' }, { a: 'Ab' }, { a: 'AB' }],
    ['to-upper of no text', { mode: 'to-upper', path: 'a' }, { a: 1 }, { a: 1 }],
    [
      'replace, all of them',
      { mode: 'replace', path: 'a', from: 'x', to: '$&' },
      { a: 'xyx' },
      { a: '$&y$&' },
    ],
    ['replace by nothing', { mode: 'replace', path: 'a', from: 'x' }, { a: 'xyx' }, { a: 'y' }],
    [
      'regex-replace with groups',
      { mode: 'regex-replace', path: 'a', from: '(\\d+)-(\\d+)', to: '$2-$1' },
      { a: '12-34 and 5-6' },
      { a: '34-12 and 6-5' },
    ],
    [
      'regex-replace by nothing',
      { mode: 'regex-replace', path: 'a', from: '[aeiou]' },
      { a: 'banana' },
      { a: 'bnn' },
    ],
    [
      'prune-objects by type, at any depth',
      { mode: 'prune-objects', value: 'thinking' },
      { messages: [{ content: [{ type: 'thinking' }, { type: 'text' }] }], x: { type: 'thinking' } },
      { messages: [{ content: [{ type: 'text' }] }] },
    ],
    [
      'prune-objects by members, below a path',
      { mode: 'prune-objects', path: 'tools', value: { type: 'function', name: 'x' } },
      {
        tools: [
          { type: 'function', name: 'x' },
          { type: 'function', name: 'y' },
        ],
        other: [{ type: 'function', name: 'x' }],
      },
      { tools: [{ type: 'function', name: 'y' }], other: [{ type: 'function', name: 'x' }] },
    ],
  ])('%s', (_name, step, body, expected) => {
    expect(changed([step], body)).toEqual(expected);
  });

  it('reaches messages by their place', () => {
    const steps = [
      { mode: 'set', path: 'messages.-1.name', value: 'ann' },
      { mode: 'delete', path: 'messages.0' },
    ];
    expect(changed(steps, { messages })).toEqual({
      messages: [{ role: 'user', content: 'Hi', name: 'ann' }],
    });
  });

  it('follows the one before it', () => {
    const steps = [
      { mode: 'set', path: 'a', value: 'X' },
      { mode: 'to-lower', path: 'a' },
      { mode: 'copy', from: 'a', to: 'b' },
    ];
    expect(changed(steps, {})).toEqual({ a: 'x', b: 'x' });
  });

  it('in short, writes members over those of the body', () => {
    expect(changed({ temperature: 0, 'a.b': 1 }, { temperature: 1, top_p: 1 })).toEqual({
      temperature: 0,
      top_p: 1,
      'a.b': 1,
    });
  });

  it('gives every request values of its own', () => {
    const steps = compileOverrides(channelOverrides.parse([{ mode: 'set', path: 'a', value: { list: [] } }]));
    const bodies: [{ a?: { list: string[] } }, { a?: { list: string[] } }] = [{}, {}];
    for (const body of bodies) steps[0]!({ body, headers: [], context: CONTEXT });
    bodies[0].a!.list.push('private');
    expect(bodies[1].a!.list).toEqual([]);
  });
});

describe('a step on headers', () => {
  const given = ['content-type', 'application/json', 'x-one', '1'];
  const rest = ['content-type', 'application/json'];
  it.each([
    ['set-header', { mode: 'set-header', path: 'X-Two', value: '2' }, [...given, 'x-two', '2']],
    ['set-header over one', { mode: 'set-header', path: 'x-one', value: '2' }, [...rest, 'x-one', '2']],
    ['set-header that keeps', { mode: 'set-header', path: 'x-one', value: '2', keepOrigin: true }, given],
    ['delete-header', { mode: 'delete-header', path: 'X-One' }, rest],
    ['copy-header', { mode: 'copy-header', from: 'x-one', to: 'x-two' }, [...given, 'x-two', '1']],
    [
      'copy-header of the client',
      { mode: 'copy-header', from: 'X-Session', to: 'x-two' },
      [...given, 'x-two', 's-1'],
    ],
    ['copy-header of what can not be sent', { mode: 'copy-header', from: 'x-bad', to: 'x-two' }, given],
    ['move-header', { mode: 'move-header', from: 'x-one', to: 'x-two' }, [...rest, 'x-two', '1']],
    [
      'pass-headers',
      { mode: 'pass-headers', value: ['x-session', 'x-none'] },
      [...given, 'x-session', 's-1'],
    ],
  ])('%s', (_name, step, expected) => {
    expect(run([step], { headers: given }).headers).toEqual(expected);
  });

  it('sync-fields fills what is missing, either way', () => {
    const step = { mode: 'sync-fields', from: 'header:x-session', to: 'body:prompt_cache_key' };
    expect(run([step], {}).body).toEqual({ prompt_cache_key: 's-1' });
    const anonymous = { ...CONTEXT, client: { header: () => undefined } };
    expect(run([step], { body: { prompt_cache_key: 'k' }, context: anonymous }).headers).toEqual([
      'x-session',
      'k',
    ]);
    expect(run([step], { body: { prompt_cache_key: 'k' } })).toMatchObject({
      body: { prompt_cache_key: 'k' },
      headers: [],
    });
    expect(run([step], { body: { prompt_cache_key: 'bad\nvalue' }, context: anonymous }).headers).toEqual([]);
  });
});

describe('a condition', () => {
  const body = { temperature: 1, name: 'gpt-4o', tags: ['a', { b: 1, c: 2 }], nothing: null };
  it.each([
    ['exists', { path: 'name', mode: 'exists' }, true],
    ['exists, of nothing', { path: 'other', mode: 'exists' }, false],
    ['exists, inverted', { path: 'other', mode: 'exists', invert: true }, true],
    ['full', { path: 'name', mode: 'full', value: 'gpt-4o' }, true],
    ['full, of another', { path: 'name', mode: 'full', value: 'gpt-4' }, false],
    ['full, inverted', { path: 'name', mode: 'full', value: 'gpt-4', invert: true }, true],
    ['full, of null', { path: 'nothing', mode: 'full', value: null }, true],
    ['full, of an object in any order', { path: 'tags.1', mode: 'full', value: { c: 2, b: 1 } }, true],
    ['prefix', { path: 'name', mode: 'prefix', value: 'gpt' }, true],
    ['prefix, of a number', { path: 'temperature', mode: 'prefix', value: '1' }, false],
    ['suffix', { path: 'name', mode: 'suffix', value: '4o' }, true],
    ['contains, in a text', { path: 'name', mode: 'contains', value: 't-4' }, true],
    ['contains, in an array', { path: 'tags', mode: 'contains', value: { b: 1, c: 2 } }, true],
    ['contains, of another', { path: 'tags', mode: 'contains', value: 'b' }, false],
    ['regex', { path: 'name', mode: 'regex', value: '^gpt-\\d' }, true],
    ['regex, of a number', { path: 'temperature', mode: 'regex', value: '1' }, false],
    ['gt', { path: 'temperature', mode: 'gt', value: 0.5 }, true],
    ['gt, of the same', { path: 'temperature', mode: 'gt', value: 1 }, false],
    ['gte', { path: 'temperature', mode: 'gte', value: 1 }, true],
    ['lt', { path: 'temperature', mode: 'lt', value: 1 }, false],
    ['lte', { path: 'temperature', mode: 'lte', value: 1 }, true],
    ['lte, of a text', { path: 'name', mode: 'lte', value: 1 }, false],
    ['what is missing', { path: 'other', mode: 'full', value: 1 }, false],
    ['what is missing, inverted', { path: 'other', mode: 'full', value: 1, invert: true }, false],
    ['what is missing and passes', { path: 'other', mode: 'full', value: 1, passMissing: true }, true],
    ['the model', { path: '@model', mode: 'full', value: 'fast' }, true],
    ["the vendor's model", { path: '@upstreamModel', mode: 'prefix', value: 'gpt-4o' }, true],
    ['the retries', { path: '@retries', mode: 'gte', value: 1 }, true],
    ['the stream', { path: '@stream', mode: 'full', value: true }, true],
    ['a header', { path: '@header.X-Session', mode: 'full', value: 's-1' }, true],
    ['a header that is missing', { path: '@header.x-none', mode: 'exists' }, false],
    ['no prototype', { path: 'tags.length', mode: 'exists' }, false],
    ['no inherited member', { path: 'name.toString', mode: 'exists' }, false],
  ])('%s', (_name, condition, fits) => {
    const step = { mode: 'set', path: 'hit', value: true, conditions: [condition] };
    expect(changed([step], body)).toEqual(fits ? { ...body, hit: true } : body);
  });

  const yes = { path: 'name', mode: 'exists' };
  const no = { path: 'other', mode: 'exists' };
  it.each([
    ['one of them, unless said otherwise', undefined, [no, yes], true],
    ['one of them', 'or', [no, no], false],
    ['all of them', 'and', [yes, no], false],
    ['all of them', 'and', [yes, yes], true],
  ] as const)('is joined with others: %s', (_name, logic, conditions, fits) => {
    const step = {
      mode: 'set',
      path: 'hit',
      value: true,
      conditions,
      ...(logic === undefined ? {} : { logic }),
    };
    expect('hit' in (changed([step], body) as object)).toBe(fits);
  });
});

describe('return-error', () => {
  it.each([
    [400, 'invalid'],
    [403, 'denied'],
    [429, 'limited'],
    [503, 'unavailable'],
  ])('refuses with status %i', (status, kind) => {
    const refuse = () => changed([{ mode: 'return-error', value: { status, message: 'No.' } }], {});
    expect(refuse).toThrow(new GatewayError('refused_by_rule', 'No.'));
    expect(refuse).toThrow(expect.objectContaining({ kind, retry: 'next-channel' }));
  });

  it('ends the request where it shall not be retried', () => {
    const value = { status: 403, message: 'No.', retry: false };
    expect(() => changed([{ mode: 'return-error', value }], {})).toThrow(
      expect.objectContaining({ retry: 'never' }),
    );
  });
});

describe('is refused before any request', () => {
  it.each([
    ['a prototype', [{ mode: 'set', path: '__proto__.x', value: 1 }]],
    ['a constructor', [{ mode: 'set', path: 'a.constructor.b', value: 1 }]],
    ['a prototype to copy to', [{ mode: 'copy', from: 'a', to: 'b.__proto__' }]],
    ['a prototype in short', { prototype: 1 }],
    ['an empty segment', [{ mode: 'delete', path: 'a..b' }]],
    ['an empty path', [{ mode: 'delete', path: '' }]],
    ['a path that never ends', [{ mode: 'delete', path: 'a.'.repeat(30) + 'a' }]],
    ['the stream', [{ mode: 'set', path: 'stream', value: false }]],
    ['the stream in short', { stream: true }],
    ['an unknown mode', [{ mode: 'exec', path: 'a', value: 'rm' }]],
    ['a member that the mode has no use for', [{ mode: 'delete', path: 'a', value: 1 }]],
    ['a list in a list of operations', { operations: [] }],
    ['a credential in a header', [{ mode: 'set-header', path: 'Authorization', value: 'Bearer x' }]],
    ['a credential that is copied', [{ mode: 'copy-header', from: 'x-api-key', to: 'x-other' }]],
    ['a cookie that is passed', [{ mode: 'pass-headers', value: ['Cookie'] }]],
    ['a hop-by-hop header', [{ mode: 'set-header', path: 'Transfer-Encoding', value: 'chunked' }]],
    ['a host', [{ mode: 'set-header', path: 'host', value: 'x' }]],
    ['a header with a line break', [{ mode: 'set-header', path: 'x-a', value: 'a\r\nb: c' }]],
    ['a header whose name is none', [{ mode: 'set-header', path: 'x a', value: 'a' }]],
    [
      'a secret in a condition',
      [{ mode: 'delete', path: 'a', conditions: [{ path: '@header.cookie', mode: 'exists' }] }],
    ],
    [
      'a fact that is none',
      [{ mode: 'delete', path: 'a', conditions: [{ path: '@secret', mode: 'exists' }] }],
    ],
    ['a status that no client is told', [{ mode: 'return-error', value: { status: 200, message: 'x' } }]],
  ])('%s', (_name, overrides) => {
    expect(channelOverrides.safeParse(overrides).success).toBe(false);
  });

  it.each([
    [[{ mode: 'regex-replace', path: 'a', from: '(' }], '[0].from'],
    [[{ mode: 'regex-replace', path: 'a', from: '(a)\\1' }], '[0].from'],
    [
      [
        { mode: 'delete', path: 'a' },
        { mode: 'delete', path: 'a', conditions: [{ path: 'b', mode: 'regex', value: '[' }] },
      ],
      '[1].conditions[0].value',
    ],
    [
      [{ mode: 'delete', path: 'a', conditions: [{ path: 'b', mode: 'gt', value: '1' }] }],
      '[0].conditions[0].value',
    ],
    [[{ mode: 'delete', path: 'a', conditions: [{ path: 'b', mode: 'full' }] }], '[0].conditions[0].value'],
  ])('what can not be compiled: %j', (overrides, path) => {
    const compile = () => compileOverrides(channelOverrides.parse(overrides));
    expect(compile).toThrow(RuleError);
    expect(compile).toThrow(expect.objectContaining({ path }));
  });
});

describe('hostile requests', () => {
  it('can not make a pattern run for long', () => {
    const steps = [{ mode: 'regex-replace', path: 'a', from: '(a+)+$', to: 'x' }];
    const text = `${'a'.repeat(200_000)}!`;
    expect(changed(steps, { a: text })).toEqual({ a: text });
  });

  it('are refused with a text that is longer than any rule was written for', () => {
    const steps = [{ mode: 'regex-replace', path: 'a', from: 'a' }];
    expect(() => changed(steps, { a: 'a'.repeat(1_100_000) })).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', retry: 'next-channel' }),
    );
  });

  it('keep their own members, whatever their names, and reach no prototype', () => {
    const body = JSON.parse('{"__proto__": {"polluted": true}, "a": {"constructor": 1}}') as object;
    const steps = [
      { mode: 'append', path: 'a', value: { x: 1 } },
      { mode: 'prune-objects', value: 'thinking' },
      { mode: 'copy', from: 'a', to: 'b' },
    ];
    expect(JSON.stringify(changed(steps, JSON.parse(JSON.stringify(body)) as object))).toContain(
      '"constructor":1',
    );
    expect({}).not.toHaveProperty('polluted');
  });
});
