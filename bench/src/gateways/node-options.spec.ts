import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { inRoot } from '../../../tools/workspace/paths.mjs';
import { NODE_OPTIONS } from './node-options.js';

describe('the options of Node', () => {
  it("are those of the proxy's image", () => {
    const dockerfile = readFileSync(inRoot('deploy', 'Dockerfile'), 'utf8').replaceAll('\\\n', '');
    const [, command] = /^CMD (\[.*apps\/proxy\/dist\/main\.js"\])$/m.exec(dockerfile) ?? [];
    expect(JSON.parse(command ?? 'null')).toEqual(['node', ...NODE_OPTIONS, 'apps/proxy/dist/main.js']);
  });
});
