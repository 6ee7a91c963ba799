import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { freePort } from '@tollgate/testing/launcher';
import { type DevelopmentService } from './environment.js';
import { ServiceProcess } from './service-process.js';

async function fixture(): Promise<DevelopmentService> {
  const port = await freePort();
  return {
    name: 'fixture',
    script: 'tools/dev/__fixtures__/service.mjs',
    portSetting: 'FIXTURE_PORT',
    port,
    environment: () => ({ FIXTURE_PORT: String(port) }),
  };
}

async function processNumber(service: ServiceProcess): Promise<number> {
  return Number(await (await fetch(service.url)).text());
}

describe('a service of npm run dev', () => {
  const printed: string[] = [];
  const stopping = new AbortController();
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);

  afterEach(() => stopping.abort());

  it('comes back when it is killed at work, and ends when all end', async () => {
    const definition = await fixture();
    const service = new ServiceProcess(definition, { ...process.env, ...definition.environment('') });
    const run = service.run(stopping.signal);
    expect(await service.ready(stopping.signal)).toBe(true);
    const first = await processNumber(service);
    process.kill(first, 'SIGKILL');
    while ((await processNumber(service).catch(() => first)) === first);
    expect(printed.join('')).toContain('fixture        | ended (exit status 137), starting again');
    stopping.abort();
    await run;
    await expect(fetch(service.url)).rejects.toThrow();
  });

  it('gives up when it fails by itself, its last words marked with its name', async () => {
    const service = new ServiceProcess(await fixture(), { ...process.env, FIXTURE_FAILS: 'yes' });
    await expect(service.run(new AbortController().signal)).rejects.toThrow('fixture has failed');
    expect(printed.join('')).toContain('fixture        | FIXTURE_PORT is wrong');
  });
});
