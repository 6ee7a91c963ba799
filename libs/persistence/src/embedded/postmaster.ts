import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { SERVER_ENVIRONMENT } from './server-environment.js';
import { type CommandAs } from './server-identity.js';
import { type LoggerPort } from '../logger-port.js';

export interface PostmasterInput {
  readonly command: CommandAs;
  readonly logger: LoggerPort;
}

const READY_LINE = 'database system is ready to accept connections';
/** Recovery of a large log after a crash takes its time. */
const START_TIMEOUT_MS = 300_000;
const FAST_SHUTDOWN_TIMEOUT_MS = 30_000;
const IMMEDIATE_SHUTDOWN_TIMEOUT_MS = 5_000;
const LINES_KEPT = 20;

/** One Postgres server process that this process started. */
export class Postmaster {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #lines: string[] = [];
  #phase: 'starting' | 'running' | 'stopping' | 'ended' = 'starting';

  constructor(private readonly input: PostmasterInput) {
    const { executable, arguments: parameters, options } = input.command;
    this.#child = spawn(executable, [...parameters], {
      ...options,
      // Its own session: Ctrl-C in the terminal reaches us alone, and we stop it in order.
      detached: true,
      cwd: '/',
      env: SERVER_ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#ended = new Promise<void>((resolve) => {
      this.#child.once('error', (error) => {
        this.#lines.push(`FATAL:  ${error.message}`);
        resolve();
      });
      // "close" comes after the last line, "exit" may come before it.
      this.#child.once('close', () => {
        resolve();
      });
    }).then(() => {
      const unexpected = this.#phase === 'running';
      this.#phase = 'ended';
      if (unexpected) input.logger.error({ said: this.#lines.at(-1) }, 'The embedded Postgres has ended.');
    });
  }

  /** `undefined` when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get ended(): Promise<void> {
    return this.#ended;
  }

  /** `ready`, or what it said when it could not start. */
  async start(): Promise<{ readonly kind: 'ready' } | { readonly kind: 'refused'; readonly said: string }> {
    const ready = this.#watchLines();
    const timeout = new AbortController();
    const outcome = await Promise.race([
      ready.then(() => 'ready' as const),
      this.#ended.then(() => 'ended' as const),
      after(START_TIMEOUT_MS, timeout.signal).then(() => 'late' as const),
    ]);
    timeout.abort();
    if (outcome === 'ready') {
      this.#phase = 'running';
      this.#release();
      return { kind: 'ready' };
    }
    if (outcome === 'late') await this.stop();
    return {
      kind: 'refused',
      said: outcome === 'late' ? 'it did not become ready in time' : this.#complaint(),
    };
  }

  /** Fast shutdown: connections end, open transactions roll back, everything is on disk. */
  async stop(): Promise<void> {
    if (this.#phase === 'ended') return;
    this.#phase = 'stopping';
    this.#child.ref();
    for (const [signal, timeoutMs] of [
      ['SIGINT', FAST_SHUTDOWN_TIMEOUT_MS],
      ['SIGQUIT', IMMEDIATE_SHUTDOWN_TIMEOUT_MS],
      ['SIGKILL', IMMEDIATE_SHUTDOWN_TIMEOUT_MS],
    ] as const) {
      this.#child.kill(signal);
      const timeout = new AbortController();
      const ended = await Promise.race([
        this.#ended.then(() => true),
        after(timeoutMs, timeout.signal).then(() => false),
      ]);
      timeout.abort();
      if (ended) return;
      this.input.logger.warn({ signal, timeoutMs }, 'The embedded Postgres has not ended in time.');
    }
  }

  #watchLines(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.stderr === null) return;
      createInterface({ input: this.#child.stderr }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_KEPT) this.#lines.shift();
        if (line.includes(READY_LINE)) resolve();
        if (this.#phase === 'running' && line.includes('PANIC:')) {
          this.input.logger.error({ said: line }, 'The embedded Postgres panicked.');
        } else this.input.logger.debug({ said: line }, 'The embedded Postgres said something.');
      });
    });
  }

  /** The server alone keeps no process running that has nothing else to do. */
  #release(): void {
    this.#child.unref();
    const { stderr } = this.#child;
    if (stderr instanceof Socket) stderr.unref();
  }

  /** Why it could not start: the fatal line and its detail, else all it said, without severities. */
  #complaint(): string {
    const fatal = this.#lines.find((line) => /FATAL:|PANIC:/.test(line));
    const detail = this.#lines.find((line) => line.includes('DETAIL:'));
    const said = fatal === undefined ? this.#lines : [fatal, detail ?? ''];
    const text = said
      .map((line) => line.replace(/^.*?(FATAL|PANIC|DETAIL|postgres):\s*/, '').trim())
      .join(' ');
    return text.trim() === '' ? 'it ended without a word' : text.trim();
  }
}

/** Resolves after the time; never when aborted before. */
function after(timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
}
