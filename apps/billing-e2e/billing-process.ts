import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export type Environment = Readonly<Record<string, string>>;

export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

const MAIN = new URL('../billing/dist/main.js', import.meta.url).pathname;

/** The built service as a process of its own. */
export class BillingProcess {
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  private stdout = '';
  private stderr = '';

  constructor(environment: Environment, argv: readonly string[] = []) {
    this.child = spawn(process.execPath, [MAIN, ...argv], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.closed = once(this.child, 'close');
  }

  /** The address, once it answers. */
  async listening(): Promise<string> {
    for (;;) {
      const line = this.stdout.split('\n').find((text) => text.includes('Billing is listening.'));
      if (line !== undefined) return (JSON.parse(line) as { readonly url: string }).url;
      if (this.child.exitCode !== null) throw new Error(`billing ended: ${this.stdout}${this.stderr}`);
      await Promise.race([once(this.child.stdout ?? this.child, 'data'), this.closed]);
    }
  }

  async ended(): Promise<Outcome> {
    await this.closed;
    return { exitCode: this.child.exitCode, signal: this.child.signalCode, stderr: this.stderr };
  }

  end(signal: NodeJS.Signals): Promise<Outcome> {
    this.child.kill(signal);
    return this.ended();
  }
}
