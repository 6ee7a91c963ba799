/** The scripts that images are made with and watched by. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inRoot } from '../workspace/paths.mjs';

const run = promisify(execFile);

describe('assemble.mjs', () => {
  let folder = '';
  const at = (path: string): string => join(folder, path);
  const write = (path: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), '');
  };
  const assemble = () => run(process.execPath, [inRoot('deploy', 'assemble.mjs'), at('built'), at('image')]);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-assemble-'));
    for (const project of [
      'apps/proxy',
      'apps/admin',
      'libs/routing',
      'libs/features/proxy',
      'libs/features/admin',
    ]) {
      write(`image/${project}/package.json`);
      for (const file of ['main.js', 'main.d.ts', 'main.js.map', '.tsbuildinfo'])
        write(`built/${project}/dist/${file}`);
    }
    mkdirSync(at('image/node_modules/@tollgate'), { recursive: true });
    symlinkSync('../../apps/proxy', at('image/node_modules/@tollgate/proxy-app'));
    symlinkSync('../../libs/routing', at('image/node_modules/@tollgate/routing'));
    symlinkSync('../../libs/features/proxy', at('image/node_modules/@tollgate/feature-proxy'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('adds the programs of what npm linked, without types and maps', async () => {
    await assemble();
    for (const project of ['apps/proxy', 'libs/routing', 'libs/features/proxy']) {
      expect(existsSync(at(`image/${project}/dist/main.js`))).toBe(true);
      expect(existsSync(at(`image/${project}/package.json`))).toBe(true);
      for (const file of ['main.d.ts', 'main.js.map', '.tsbuildinfo']) {
        expect(existsSync(at(`image/${project}/dist/${file}`))).toBe(false);
      }
    }
  });

  it('removes the other services', async () => {
    await assemble();
    expect(existsSync(at('image/apps/admin'))).toBe(false);
    expect(existsSync(at('image/libs/features/admin'))).toBe(false);
  });

  it('fails when something is not built', async () => {
    rmSync(at('built/libs/routing/dist'), { recursive: true });
    await expect(assemble()).rejects.toThrow('libs/routing is not built');
  });
});

describe('healthcheck.mjs', () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/healthz' ? 200 : 503;
    response.end();
  });
  const check = (port: number, ...path: string[]) =>
    run(process.execPath, [inRoot('deploy', 'healthcheck.mjs'), 'A_PORT', ...path], {
      env: { A_PORT: String(port) },
    });

  it('tells whether the service answers, and what is wrong if not', async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(check(port)).resolves.toMatchObject({ stderr: '' });
    await expect(check(port, '/readyz')).rejects.toThrow(`/readyz at port ${port}: it answered 503`);
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    await expect(check(port)).rejects.toThrow(`/healthz at port ${port}: `);
  });
});
