import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe('options of npm run bench', () => {
  it('measure everything by default', () => {
    expect(readOptions([])).toMatchObject({
      plan: { mode: 'full' },
      gateways: ['nginx', 'bare', 'tollgate', 'portkey'],
      workloads: ['J1', 'JL', 'J60', 'SB', 'AO', 'OA'],
      idle: true,
      profile: false,
      overload: false,
    });
  });

  it('choose', () => {
    const options = readOptions([
      '--quick',
      '--only',
      'tollgate,bare',
      '--workloads=OA,SB',
      '--streams',
      '9',
      '--no-idle',
    ]);
    expect(options).toMatchObject({
      plan: { mode: 'quick', idleStreams: 9 },
      gateways: ['bare', 'tollgate'],
      workloads: ['SB', 'OA'],
      idle: false,
    });
  });

  it('add what is measured only if it is asked for', () => {
    expect(readOptions(['--workers', '2', '--keys', '50000', '--overload'])).toMatchObject({
      gateways: ['nginx', 'bare', 'tollgate', 'workers', 'keyed', 'portkey'],
      size: { workers: 2, keys: 50_000 },
      overload: true,
    });
    const few = readOptions(['--only', 'tollgate', '--workers', '4']);
    expect(few).toMatchObject({ gateways: ['tollgate', 'workers'], size: { workers: 4 } });
  });

  it('name what is wrong', () => {
    expect(() => readOptions(['--only', 'litellm'])).toThrow('There is no gateway "litellm"');
    expect(() => readOptions(['--workloads', 'J2'])).toThrow('There is no workload "J2"');
    expect(() => readOptions(['--streams', 'many'])).toThrow('--streams is a number from 1 to 20000');
    expect(() => readOptions(['--workers', '1'])).toThrow('--workers is a number from 2 to 64');
    expect(() => readOptions(['--quik'])).toThrow("Unknown option '--quik'");
  });
});
