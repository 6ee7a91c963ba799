import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

const APPS = new URL('../', import.meta.url).pathname;

/** The built service as a process of its own. */
export class AdminProcess {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private stdout = '';
  private stderr = '';

  constructor(environment: Environment, argv: readonly string[] = []) {
    this.child = spawn(process.execPath, [`${APPS}admin/dist/main.js`, ...argv], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.exited = once(this.child, 'close');
  }

  get output(): string {
    return this.stdout + this.stderr;
  }

  /** The address, once it answers. */
  async listening(): Promise<string> {
    for (;;) {
      const line = this.stdout.split('\n').find((text) => text.includes('Admin is listening.'));
      if (line !== undefined) {
        const { url } = JSON.parse(line) as { readonly url: string };
        return url;
      }
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`admin ended: ${this.output}`);
      await Promise.race([once(this.child.stdout ?? this.child, 'data'), this.exited]);
    }
  }

  async ended(): Promise<Outcome> {
    await this.exited;
    return { exitCode: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  stop(): Promise<Outcome> {
    this.child.kill('SIGTERM');
    return this.ended();
  }
}

/** `tollgate …` as an operator runs it. */
export async function tollgate(argv: readonly string[], environment: Environment): Promise<Outcome> {
  const child = spawn(process.execPath, [`${APPS}cli/bin/tollgate.mjs`, ...argv], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, 'close');
  return { exitCode: child.exitCode, stdout, stderr };
}
