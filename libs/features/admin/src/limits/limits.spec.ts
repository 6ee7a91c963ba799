import { describe, expect, it } from '@jest/globals';
import { addressRange, limits } from '@tollgate/contracts';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { UpdateApiKeyDto } from '../api-keys/api-key.dto.js';
import { LimitsDto } from './limits.dto.js';

const refused = (type: new () => object, value: object): boolean =>
  validateSync(plainToInstance(type, value), { whitelist: true, forbidNonWhitelisted: true }).length > 0;

describe('limits of the API', () => {
  it.each([
    [{}, false],
    [{ requestsPerMinute: 1, tokensPerMinute: 1_000_000_000, concurrencyMax: 5 }, false],
    [{ requestsPerWindow: { max: 1_000_000, seconds: 2_678_400 } }, false],
    [{ successesPerWindow: { max: 1, seconds: 1 } }, false],
    [{ models: [{ model: 'gpt-4o*', requestsPerMinute: 5 }] }, false],
    [{ requestsPerMinute: 0 }, true],
    [{ requestsPerMinute: 1.5 }, true],
    [{ tokensPerMinute: 1_000_000_001 }, true],
    [{ concurrencyMax: '5' }, true],
    [{ concurrencyMax: null }, true],
    [{ requestsPerWindow: { max: 1_000_001, seconds: 1 } }, true],
    [{ requestsPerWindow: { max: 1, seconds: 2_678_401 } }, true],
    [{ successesPerWindow: { max: 1 } }, true],
    [{ successesPerWindow: 5 }, true],
    [{ models: [{ requestsPerMinute: 5 }] }, true],
    [{ models: [{ model: 'm', models: [] }] }, true],
    [{ requestsPerHour: 5 }, true],
  ])('are those of the contracts: %j refused: %j', (value, wrong) => {
    expect([refused(LimitsDto, value), !limits.safeParse(value).success]).toEqual([wrong, wrong]);
  });
});

describe('addresses of the API', () => {
  it.each([
    ['192.0.2.1', false],
    ['192.0.2.0/24', false],
    ['2001:db8::/32', false],
    ['::ffff:192.0.2.1', false],
    ['192.0.2.0/33', true],
    ['192.0.2', true],
    ['2001:db8::/129', true],
    ['example.com', true],
    ['', true],
  ])('are those of the contracts: %s refused: %j', (address, wrong) => {
    expect([
      refused(UpdateApiKeyDto, { allowedAddresses: [address] }),
      !addressRange.safeParse(address).success,
    ]).toEqual([wrong, wrong]);
  });

  it('are at least one, or null for all', () => {
    expect(refused(UpdateApiKeyDto, { allowedAddresses: [] })).toBe(true);
    expect(refused(UpdateApiKeyDto, { allowedAddresses: null })).toBe(false);
  });
});
