import { describe, expect, it } from '@jest/globals';
import { settingsDocument } from '@tollgate/contracts';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { mergeSettings } from './merge-settings.js';
import { SettingsDto } from './settings.dto.js';

const DEFAULTS = settingsDocument.parse({});
const validate = (value: object) =>
  validateSync(plainToInstance(SettingsDto, value), { whitelist: true, forbidNonWhitelisted: true });

describe('settings', () => {
  it('of the API are those of the contracts', () => {
    expect(validate(DEFAULTS)).toEqual([]);
  });

  it.each(
    Object.entries(DEFAULTS).flatMap(([section, fields]) =>
      Object.keys(fields).map((field) => [section, field]),
    ),
  )('know %s.%s and refuse nonsense in it', (section, field) => {
    expect(validate({ [section]: { [field]: { nonsense: true } } })).toHaveLength(1);
    expect(settingsDocument.safeParse({ [section]: { [field]: { nonsense: true } } }).success).toBe(false);
  });

  it('are merged as deep as they go, lists whole', () => {
    const rule = { name: 'operators', on: ['incident-opened' as const], email: { to: ['a@example.com'] } };
    const merged = mergeSettings(
      mergeSettings(DEFAULTS, { health: { probes: { intervalSeconds: 30 }, notifications: [rule] } }),
      { health: { probes: { enabled: true }, notifications: [] } },
    );
    expect(merged.health).toEqual({
      ...DEFAULTS.health,
      probes: { ...DEFAULTS.health.probes, enabled: true, intervalSeconds: 30 },
      notifications: [],
    });
  });

  it('that were written before probes had streams and operations keep their meaning', () => {
    const written = { enabled: true, intervalSeconds: 60, idleSeconds: null };
    expect(settingsDocument.parse({ health: { probes: written } }).health.probes).toEqual({
      ...written,
      ...{ stream: false, operations: null },
    });
  });

  it.each([
    [null, false],
    [['embeddings'], false],
    [['embeddings', 'chat'], false],
    [[], true],
    [['chat', 'chat'], true],
    [['dance'], true],
    ['chat', true],
  ])('have operations of probes, each once: %j refused: %j', (operations, refused) => {
    const value = { health: { probes: { operations } } };
    expect([validate(value).length > 0, !settingsDocument.safeParse(value).success]).toEqual([
      refused,
      refused,
    ]);
  });

  it.each([
    { name: 'a', on: ['incident-opened'], webhook: { url: 'https://example.com/hook' } },
    {
      name: 'a',
      on: ['balance-low', 'models-changed'],
      email: { to: ['a@example.com'] },
      channels: ['main'],
    },
    {
      name: 'a',
      on: ['incident-closed', 'budget-threshold'],
      email: { to: ['a@example.com'] },
      coolDownSeconds: 0,
    },
    {
      name: 'a',
      on: ['incident-opened', 'budget-threshold'],
      email: { to: ['a@example.com'] },
      organizations: ['acme', 'Müller & Söhne'],
    },
  ])('take the notification %j', (rule) => {
    expect(validate({ health: { notifications: [rule] } })).toEqual([]);
    expect(settingsDocument.safeParse({ health: { notifications: [rule] } }).success).toBe(true);
  });

  it.each([
    { name: 'a', on: [], email: { to: ['a@example.com'] } },
    { name: 'a', on: ['incident-opened'], email: { to: ['nobody'] } },
    { name: 'a', on: ['incident-opened'], webhook: { url: 'ftp://example.com' } },
    { name: 'a', on: ['incident-opened'], webhook: { url: 'https://example.com' }, secret: 'x' },
    { name: 'a', on: ['budget-threshold'], email: { to: ['a@example.com'] }, organizations: 'acme' },
    { name: 'a', on: ['budget-threshold'], email: { to: ['a@example.com'] }, organizations: [''] },
    { name: 'a', on: ['budget-threshold'], email: { to: ['a@example.com'] }, organizations: ['a\u0000'] },
    { name: 'a', on: ['budget-threshold'], email: { to: ['a@example.com'] }, organizations: null },
  ])('refuse the notification %j', (rule) => {
    expect(validate({ health: { notifications: [rule] } })).toHaveLength(1);
    expect(settingsDocument.safeParse({ health: { notifications: [rule] } }).success).toBe(false);
  });

  it.each([
    [[{ name: 'a', on: ['incident-opened'] }]],
    [
      [
        { name: 'a', on: ['incident-opened'], email: { to: ['a@example.com'] } },
        { name: 'a', on: ['incident-closed', 'budget-threshold'], email: { to: ['a@example.com'] } },
      ],
    ],
  ])('refuse the notifications %j, which say nowhere or the same name twice', (notifications) => {
    expect(settingsDocument.safeParse({ health: { notifications } }).success).toBe(false);
  });

  it.each([
    [[{ group: 'a', requestsPerMinute: 1 }, { group: 'b' }], false],
    [[{ group: 'a' }, { group: 'a' }], true],
    [[{ requestsPerMinute: 1 }], true],
    [[{ group: 'a', requestsPerMinute: 0 }], true],
  ])('have limits of groups, each group once: %j refused: %j', (groups, refused) => {
    const value = { admission: { limits: { groups } } };
    expect([validate(value).length > 0, !settingsDocument.safeParse(value).success]).toEqual([
      refused,
      refused,
    ]);
  });

  it('are merged field by field', () => {
    const merged = mergeSettings(DEFAULTS, { routing: { attemptsMax: 1 }, upstream: { idleTimeoutMs: 7 } });
    expect(merged).toEqual({
      ...DEFAULTS,
      routing: { ...DEFAULTS.routing, attemptsMax: 1 },
      upstream: { ...DEFAULTS.upstream, idleTimeoutMs: 7 },
    });
  });
});
