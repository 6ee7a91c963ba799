import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type PrivateServer } from './private-server.js';
import { type ServersFolder } from './servers-folder.js';

/** How to run one server program and to know that it answers. */
export interface ServerDefinition {
  readonly name: string;
  readonly command: string;
  readonly arguments: string[];
  /** Holds all that it keeps on disk. */
  readonly dataDirectory: string;
  readonly url: string;
  readonly port: number;
  /** Sent on connect; nothing if the server speaks first. */
  readonly greeting?: string;
  /** The server is ready once its first answer matches. */
  readonly answer: RegExp;
}

const startTimeoutMs = 20_000;
const stopTimeoutMs = 5_000;
const pollIntervalMs = 20;

/** A server program as a child process. */
export class ProcessServer implements PrivateServer {
  private child: ChildProcess | undefined;

  constructor(
    private readonly definition: ServerDefinition,
    private readonly folder: ServersFolder,
  ) {}

  get url(): string {
    return this.definition.url;
  }

  get port(): number {
    return this.definition.port;
  }

  async restart(): Promise<void> {
    await this.stop();
    const child = this.launch();
    this.child = child;
    const deadline = Date.now() + startTimeoutMs;
    while (!(await this.answers())) {
      if (hasEnded(child)) throw new Error(this.failure('ended at once'));
      if (Date.now() > deadline)
        throw new Error(this.failure(`gave no answer in ${startTimeoutMs / 1000} s`));
      await delay(pollIntervalMs);
    }
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async loseData(): Promise<void> {
    await this.kill();
    const { dataDirectory } = this.definition;
    rmSync(dataDirectory, { recursive: true, force: true });
    mkdirSync(dataDirectory, { recursive: true });
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  /** In a session of its own, so that Ctrl-C on the terminal reaches those who use the server first. */
  private launch(): ChildProcess {
    const { name, command } = this.definition;
    const log = openSync(this.folder.logFile(name), 'a');
    const child = spawn(command, this.definition.arguments, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    child.unref();
    child.once('error', () => undefined); // Seen as "ended at once".
    if (child.pid !== undefined) writeFileSync(this.folder.pidFile(name), `${child.pid}\n`);
    return child;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child === undefined) return;
    if (!hasEnded(child)) {
      const ended = once(child, 'exit');
      child.ref();
      child.kill(signal);
      const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await ended;
      clearTimeout(force);
    }
    rmSync(this.folder.pidFile(this.definition.name), { force: true });
  }

  private answers(): Promise<boolean> {
    const { port, greeting, answer } = this.definition;
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => greeting !== undefined && socket.write(greeting));
      socket.setTimeout(1_000, () => socket.destroy());
      socket.once('data', (data) => {
        resolve(answer.test(data.toString()));
        socket.destroy();
      });
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
    });
  }

  private failure(what: string): string {
    const { name, port, command } = this.definition;
    const log = readFileSync(this.folder.logFile(name), 'utf8').trim().split('\n').slice(-5).join(' | ');
    return `${name} (${command}, port ${port}) ${what}: ${log === '' ? 'its log is empty' : log}`;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}
