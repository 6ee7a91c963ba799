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

  it('name what is wrong', () => {
    expect(() => readOptions(['--only', 'litellm'])).toThrow('There is no gateway "litellm"');
    expect(() => readOptions(['--workloads', 'J2'])).toThrow('There is no workload "J2"');
    expect(() => readOptions(['--streams', 'many'])).toThrow('--streams is a number from 1 to 20000');
    expect(() => readOptions(['--quik'])).toThrow("Unknown option '--quik'");
  });
});
