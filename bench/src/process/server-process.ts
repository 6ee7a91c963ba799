import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { exitStatus, startScript } from '../../../tools/workspace/processes.mjs';

export interface ServerCommand {
  readonly name: string;
  /** A script of the workspace, run by the pinned Node like every other Node server of the bench… */
  readonly script?: string;
  /** … or a program. */
  readonly program?: string;
  readonly args?: readonly string[];
  /** The whole environment but for PATH and HOME. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
}

const STOP_TIMEOUT_MS = 10_000;
const READY_POLL_MS = 50;
const OUTPUT_SHOWN = 2_000;

/** A server as a child process, which can be started again. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private ended: Promise<number> | undefined;
  private output = '';
  private readonly command: ServerCommand;

  constructor(command: ServerCommand) {
    this.command = command;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.command.name} is not running.`);
    return this.child.pid;
  }

  start(): void {
    const { script, program = '', args = [], environment = {}, nodeOptions = [] } = this.command;
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, NODE_ENV: 'production', ...environment };
    const child =
      script === undefined
        ? spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
        : startScript(script, [...args], { env, output: 'pipe', nodeOptions: [...nodeOptions] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on(
        'data',
        (bytes: Buffer) => (this.output = (this.output + String(bytes)).slice(-OUTPUT_SHOWN)),
      );
    }
    this.child = child;
    this.ended = exitStatus(child);
    this.ended.catch(() => undefined);
  }

  /** Resolves once the probe no longer throws. @throws Error with the server's last words if it ended, or never answers */
  async ready(probe: () => Promise<unknown>, timeoutMs = 60_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      try {
        await probe();
        return;
      } catch (error) {
        const ended = this.child?.exitCode !== null || this.child.signalCode !== null;
        if (ended || performance.now() > deadline) {
          throw new Error(`${this.command.name} did not get ready: ${String(error)}\n${this.output}`, {
            cause: error,
          });
        }
        await delay(READY_POLL_MS);
      }
    }
  }

  /** It stands still until it is resumed; what it is sent waits. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Ends it in order, or else at once. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined || this.ended === undefined) return;
    this.child = undefined;
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    const timeout = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.ended.finally(() => clearTimeout(timeout));
  }
}
