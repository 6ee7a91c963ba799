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

  it('are merged field by field', () => {
    const merged = mergeSettings(DEFAULTS, { routing: { attemptsMax: 1 }, upstream: { idleTimeoutMs: 7 } });
    expect(merged).toEqual({
      ...DEFAULTS,
      routing: { ...DEFAULTS.routing, attemptsMax: 1 },
      upstream: { ...DEFAULTS.upstream, idleTimeoutMs: 7 },
    });
  });
});
