import { describe, expect, it } from '@jest/globals';
import { unlistedPackages } from './lock-file.mjs';

describe('unlisted packages of a lock file', () => {
  it('are the optional dependencies found neither beside their parent nor above it', () => {
    const lock = {
      packages: {
        '': { optionalDependencies: { 'tool-linux': '1.0.0', 'tool-darwin': '1.0.0' } },
        'node_modules/tool-linux': { version: '1.0.0' },
        'node_modules/a': { optionalDependencies: { 'nested-x64': '2.0.0', 'a-win32': '^3.0.0' }, dev: true },
        'node_modules/a/node_modules/nested-x64': { version: '2.0.0' },
        'libs/b': { optionalDependencies: { 'tool-linux': '1.0.0' } },
      },
    };
    expect(unlistedPackages(lock)).toEqual([
      { name: 'tool-darwin', range: '1.0.0', dev: false },
      { name: 'a-win32', range: '^3.0.0', dev: true },
    ]);
  });
});
