import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '../contract/eventually.js';
import { endWithParent } from './end-with-parent.js';

const WORKSPACE = fileURLToPath(new URL('../../../../', import.meta.url));

export interface GatewayProcessOptions {
  /** Below the workspace, built: `apps/proxy/dist/main.js`. */
  readonly script: string;
  readonly args?: readonly string[];
  /** The whole environment but for PATH and HOME: nothing of the machine leaks into a test. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Of a process that ended. */
export interface ProcessOutcome {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A service of the gateway in a process of its own, as an operator runs it. It ends with the process that started it. */
export class GatewayProcess {
  private text = '';
  private readonly printedTo = { stdout: '', stderr: '' };
  private readonly closed: Promise<void>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly script: string,
  ) {
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => {
        this.text += chunk.toString();
        this.printedTo[name] += chunk.toString();
      });
    }
    this.closed = new Promise((resolve) => child.once('close', () => resolve()));
  }

  static start({ script, args = [], environment }: GatewayProcessOptions): GatewayProcess {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [`${WORKSPACE}${script}`, ...args], {
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithParent(child, script);
    return new GatewayProcess(child, script);
  }

  /** Everything printed so far, both streams. */
  get output(): string {
    return this.text;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.script} was not started.`);
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves with the match once the output has it; throws with the output when the process ends before. */
  async printed(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
    return eventually(
      () => {
        const match = pattern.exec(this.text);
        if (match === null && !this.running) throw new Error(`${this.script} ended early:\n${this.text}`);
        return match ?? undefined;
      },
      `${this.script} to print ${String(pattern)}`,
      timeoutMs,
    );
  }

  /** The address of a service, which it logs once it answers. */
  async listening(): Promise<string> {
    const [line] = await this.printed(/^.* is listening\..*(?=\n)/m);
    return (JSON.parse(line) as { readonly url: string }).url;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Resolves with the exit code; `null` when a signal ended it. */
  async ended(): Promise<number | null> {
    if (this.running) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  /** Resolves when it has ended and all that it printed has come. */
  async outcome(): Promise<ProcessOutcome> {
    await this.closed;
    return { exitCode: this.child.exitCode, ...this.printedTo };
  }

  /** Ends it in order. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.ended();
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }
}
