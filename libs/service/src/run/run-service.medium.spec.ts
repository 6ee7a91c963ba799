import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get as httpGet, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { endWithParent, typeScriptOptions } from '@tollgate/testing';

jest.setTimeout(30_000);

interface Line {
  readonly msg: string;
  readonly port?: number;
}

/** A process of the fixture with its output collected. */
class Fixture {
  static readonly started: Fixture[] = [];
  readonly exited: Promise<unknown>;
  readonly #process: ChildProcess;
  #stdout = '';
  stderr = '';

  constructor(behaviour: string, environment: Record<string, string> = {}) {
    const script = `${import.meta.dirname}/__fixtures__/service.mjs`;
    this.#process = spawn(process.execPath, [...typeScriptOptions(), script, behaviour], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithParent(this.#process, script);
    this.#process.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.exited = once(this.#process, 'close');
    Fixture.started.push(this);
  }

  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  get lines(): Line[] {
    const complete = this.#stdout.slice(0, this.#stdout.lastIndexOf('\n') + 1);
    return complete
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  get messages(): string[] {
    return this.lines.map(({ msg }) => msg);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async logged(message: string): Promise<Line> {
    for (;;) {
      const line = this.lines.find(({ msg }) => msg === message);
      if (line !== undefined) {
        return line;
      }
      if (this.exitCode !== null) {
        throw new Error(`Exited before "${message}": ${this.#stdout}${this.stderr}`);
      }
      await Promise.race([once(this.#process.stdout ?? this.#process, 'data'), this.exited]);
    }
  }

  async get(path: string): Promise<string> {
    const { port } = await this.logged('listening');
    // A connection each: workers take turns at connections, not at requests.
    const request = httpGet({ host: '127.0.0.1', port, path, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return textOf(response);
  }

  /** Asks until the answer is as wanted; the bound is the test's own time limit. */
  async until(path: string, isWanted: (text: string) => boolean): Promise<string> {
    for (;;) {
      const text = await this.get(path).catch(() => '');
      if (isWanted(text)) {
        return text;
      }
      if (this.exitCode !== null) {
        throw new Error(`Exited before ${path} answered as wanted: ${this.#stdout}${this.stderr}`);
      }
    }
  }
}

afterEach(async () => {
  for (const fixture of Fixture.started.splice(0)) {
    fixture.kill('SIGKILL');
    await fixture.exited;
  }
});

describe('runService', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order on %s and exits with 0', async (signal) => {
    const service = new Fixture('serve');
    await service.logged('listening');
    service.kill(signal);
    await service.exited;
    expect(service.exitCode).toBe(0);
    expect(service.messages).toEqual(['listening', 'Stopping.', 'stop was called', 'Stopped.']);
  });

  it('exits at once on a second signal', async () => {
    const service = new Fixture('hanging-stop');
    await service.logged('listening');
    service.kill('SIGTERM');
    await service.logged('stop was called');
    // One press of Ctrl-C may arrive twice, so signals of the same moment count once: repeat until it is heard.
    while (service.exitCode === null) {
      service.kill('SIGINT');
      await Promise.race([service.exited, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    expect(service.exitCode).toBe(130);
    expect(service.messages.at(-1)).toBe('Second SIGINT: exiting at once.');
  });

  it('gives up stopping after the bound, and says so', async () => {
    const service = new Fixture('hanging-stop', { TOLLGATE_SHUTDOWN_TIMEOUT_MS: '100' });
    await service.logged('listening');
    service.kill('SIGTERM');
    await service.exited;
    expect(service.exitCode).toBe(1);
    expect(service.messages.at(-1)).toBe('Stopping took longer than 100 ms: exiting without it.');
  });

  it('stops while it is still starting', async () => {
    const service = new Fixture('slow-start');
    await service.logged('starting slowly');
    service.kill('SIGTERM');
    await service.exited;
    expect([service.exitCode, service.stderr]).toEqual([0, '']);
  });

  it('prints one line for each wrong setting and exits with 1', async () => {
    const service = new Fixture('serve', { LOG_LEVEL: 'loud', TOLLGATE_TEST_PORT: '99999' });
    await service.exited;
    expect(service.exitCode).toBe(1);
    expect(service.stderr).toBe(
      [
        'fixture: LOG_LEVEL is "loud": it must be one of trace, debug, info, warn, error, fatal, silent.',
        'fixture: TOLLGATE_TEST_PORT is "99999": it must be a whole number from 0 to 65535.',
        '',
      ].join('\n'),
    );
  });

  it('prints one line that names the setting when its port is taken', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const { port } = occupant.address() as AddressInfo;
    const service = new Fixture('serve', { TOLLGATE_TEST_PORT: String(port) });
    await service.exited;
    occupant.close();
    expect(service.exitCode).toBe(1);
    expect(service.stderr).toBe(
      `fixture: Port ${port} is already in use: set TOLLGATE_TEST_PORT to a free port or stop the program that uses it.\n`,
    );
  });

  it.each([
    ['/throw', 'An error was not handled.'],
    ['/reject', 'A rejection was not handled.'],
  ])('logs what nobody handled (%s), without secrets, and exits with 1', async (path, message) => {
    const service = new Fixture('serve');
    await service.logged('listening');
    await service.get(path).catch(() => undefined);
    await service.exited;
    expect(service.exitCode).toBe(1);
    expect(service.lines.at(-1)).toMatchObject({ level: 'error', msg: message });
    expect(JSON.stringify(service.lines)).toContain('nobody handles');
    expect(JSON.stringify(service.lines)).not.toContain('0123456789abcdef');
  });

  it('stops in order and exits with 1 when a part of it fails', async () => {
    const service = new Fixture('serve');
    await service.get('/fail');
    await service.exited;
    expect(service.exitCode).toBe(1);
    expect(service.messages).toEqual([
      'listening',
      'A part of the service failed: stopping.',
      'Stopping.',
      'stop was called',
      'Stopped.',
    ]);
  });
});

describe('runWorkers', () => {
  async function freePort(): Promise<string> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return String(port);
  }

  it('serves one port from several processes, adds up their metrics, replaces a dead one and stops all', async () => {
    const service = new Fixture('workers', { TOLLGATE_WORKERS: '2', TOLLGATE_TEST_PORT: await freePort() });
    await service.logged('All workers are ready.');

    const pids = new Set<string>();
    await service.until('/', (pid) => pids.add(pid).size === 2);
    const metrics = await service.get('/metrics');
    expect(metrics).toMatch(/nodejs_version_info\{[^}]*service="fixture"[^}]*\} 1/);
    expect(metrics.match(/process_resident_memory_bytes\{[^}]*\} /g)).toHaveLength(1);

    const [victim] = pids;
    process.kill(Number(victim), 'SIGKILL');
    await service.logged('A worker died: starting another.');
    await service.until('/', (pid) => pid !== '' && !pids.has(pid));

    service.kill('SIGTERM');
    await service.exited;
    expect(service.exitCode).toBe(0);
    expect(service.messages.filter((message) => message === 'stop was called')).toHaveLength(2);
  });

  it('exits with 1 when the workers can not start, and tells the reason once', async () => {
    const service = new Fixture('workers', { TOLLGATE_WORKERS: '2', TOLLGATE_HOST: '203.0.113.1' });
    await service.exited;
    expect(service.exitCode).toBe(1);
    expect(service.stderr.match(/is not one of this machine/g)).toHaveLength(1);
  });
});
