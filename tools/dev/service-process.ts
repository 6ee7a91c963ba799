import { type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { exitStatus, startScript } from '../workspace/processes.mjs';
import { type DevelopmentService } from './environment.ts';

/** An exit status from here on means: ended by a signal. */
const signalStatusMin = 128;
const restartDelayMs = 500;
const readyPollMs = 100;
const nameWidth = 'channel-health'.length;

/** A service as a child process, its lines marked with its name; started again if it is killed. */
export class ServiceProcess {
  private readonly service: DevelopmentService;
  private readonly environment: NodeJS.ProcessEnv;
  private child: ChildProcess | undefined;

  constructor(service: DevelopmentService, environment: NodeJS.ProcessEnv) {
    this.service = service;
    this.environment = environment;
  }

  get name(): string {
    return this.service.name;
  }

  get url(): string {
    return `http://127.0.0.1:${this.service.port}`;
  }

  /**
   * Resolves once the signal stopped it.
   *
   * @throws Error if it ends by itself, which would happen again
   */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.child?.kill('SIGTERM'), { once: true });
    while (!signal.aborted) {
      const status = await this.runOnce();
      if (signal.aborted) return;
      if (status < signalStatusMin) throw new Error(`${this.name} has failed (exit status ${status}).`);
      this.print(`ended (exit status ${status}), starting again`);
      await delay(restartDelayMs, undefined, { signal }).catch(() => undefined);
    }
  }

  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /** @returns false if the signal came first */
  async ready(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const response = await fetch(`${this.url}/readyz`).catch(() => undefined);
      await response?.body?.cancel();
      if (response?.ok === true) return true;
      await delay(readyPollMs, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }

  private async runOnce(): Promise<number> {
    const child = startScript(this.service.script, [], {
      env: this.environment,
      output: 'pipe',
      nodeOptions: ['--enable-source-maps'],
    });
    this.child = child;
    this.relay(child.stdout);
    this.relay(child.stderr);
    return exitStatus(child);
  }

  private relay(stream: Readable | null): void {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.print(line));
  }

  private print(line: string): void {
    process.stdout.write(`${this.name.padEnd(nameWidth)} | ${line}\n`);
  }
}
