import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { StandaloneGateway, temporaryDirectory } from './standalone-gateway.js';

describe('a start that can’t succeed says why in one line', () => {
  const gateways: StandaloneGateway[] = [];
  afterEach(() => Promise.all(gateways.splice(0).map((gateway) => gateway.remove())));

  async function failing(environment: Readonly<Record<string, string>>): Promise<string> {
    const gateway = await StandaloneGateway.start(environment);
    gateways.push(gateway);
    expect(await gateway.process.ended()).toBe(1);
    const lines = gateway.process.output.split('\n').filter((line) => line.startsWith('tollgate: '));
    expect(lines).toHaveLength(1);
    expect(gateway.process.output).not.toMatch(/\n\s+at /);
    return lines[0] ?? '';
  }

  it('for a wrong setting', async () => {
    expect(await failing({ TOLLGATE_PROXY_PORT: 'http' })).toMatch(
      /TOLLGATE_PROXY_PORT is "http": it must be/,
    );
  });

  it('for workers, which one process has not', async () => {
    expect(await failing({ TOLLGATE_WORKERS: '4' })).toContain('TOLLGATE_WORKERS must be 1 here');
  });

  it('for a short administrator password, which it does not repeat', async () => {
    const line = await failing({ TOLLGATE_ADMIN_PASSWORD: 'abc' });
    expect(line).toContain('TOLLGATE_ADMIN_PASSWORD must have');
    expect(line).not.toContain('abc');
  });

  it('for a wrong declarative file, with the path of what is wrong', async () => {
    const path = join(await temporaryDirectory(), 'tollgate.yaml');
    await writeFile(path, 'version: 1\nchannels:\n  - { name: a, provider: opena, models: [x] }\n');
    const line = await failing({ TOLLGATE_CONFIG: path });
    expect(line).toMatch(/channels\[0\]\.provider/);
    await rm(join(path, '..'), { recursive: true });
  });

  it('for a declarative file that is not there', async () => {
    expect(await failing({ TOLLGATE_CONFIG: '/nowhere/tollgate.yaml' })).toMatch(
      /\/nowhere\/tollgate\.yaml can't be read/,
    );
  });

  it('for a port that is taken', async () => {
    const server: Server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await failing({ TOLLGATE_PROXY_PORT: String(port) })).toMatch(
      new RegExp(`Port ${port} is already in use: set TOLLGATE_PROXY_PORT`),
    );
    server.close();
  });

  it('for a data directory that holds a broken database, which it leaves as it is', async () => {
    const dataDirectory = await temporaryDirectory();
    await mkdir(join(dataDirectory, 'postgres'));
    await writeFile(join(dataDirectory, 'postgres', 'PG_VERSION'), 'nonsense\n');
    expect(await failing({ TOLLGATE_DATA_DIR: dataDirectory })).toContain(join(dataDirectory, 'postgres'));
  });

  it('for a master key that is lost in part', async () => {
    const dataDirectory = await temporaryDirectory();
    await writeFile(join(dataDirectory, 'master-key'), 'c2hvcnQ=\n');
    expect(await failing({ TOLLGATE_DATA_DIR: dataDirectory })).toMatch(/does not hold a master key/);
  });
});
