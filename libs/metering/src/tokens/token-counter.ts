import { Worker } from 'node:worker_threads';
import { tokensOfText } from '../usage/estimate-usage.js';
import { TOKEN_WORKER_ROLE } from './count-tokens.js';

export interface TokenCounterOptions {
  /** Texts that may wait; further ones are estimated. Default 100. */
  readonly queueLengthMax?: number;
  /** For waiting and counting together; then the text is estimated. Default 10 seconds. */
  readonly timeoutMs?: number;
  /** Makes the worker that counts; it answers each text with its number of tokens. */
  readonly startWorker?: () => Worker;
}

interface Job {
  readonly text: string;
  readonly resolve: (tokens: number) => void;
  readonly timer: NodeJS.Timeout;
}

const QUEUE_LENGTH_MAX = 100;
const TIMEOUT_MS = 10_000;
/** UTF-16 units. Longer texts, more than any context holds, are estimated. */
const EXACT_LENGTH_MAX = 4 * 1_048_576;
/** Of all texts that wait. */
const QUEUED_LENGTH_MAX = 32 * 1_048_576;
/** Workers that may fail one after the other before none is made for a while. */
const FAILURES_MAX = 3;
const REST_MS = 60_000;

/** The vocabulary takes 76 MB; the rest is for the text and its pieces. */
const WORKER_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };

/**
 * Counts tokens of texts in a worker of its own, made with the first text: neither the vocabulary nor a long text ever
 * holds up the event loop. It always answers: by its bytes where the worker is too slow, too busy or broken.
 */
export class TokenCounter {
  private readonly queueLengthMax: number;
  private readonly timeoutMs: number;
  private readonly startWorker: () => Worker;
  private readonly waiting: Job[] = [];
  private waitingLength = 0;
  private current: Job | undefined;
  private worker: Worker | undefined;
  private failuresInARow = 0;
  private rest: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(options: TokenCounterOptions = {}) {
    this.queueLengthMax = options.queueLengthMax ?? QUEUE_LENGTH_MAX;
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.startWorker = options.startWorker ?? startTokenWorker;
  }

  /** Never rejects. */
  countText(text: string): Promise<number> {
    if (text === '') return Promise.resolve(0);
    if (!this.takes(text)) return Promise.resolve(tokensOfText(text));
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.expire(job), this.timeoutMs);
      const job: Job = { text, resolve, timer };
      this.waiting.push(job);
      this.waitingLength += text.length;
      this.next();
    });
  }

  /** Ends the worker; what is being counted, and what comes later, is estimated. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.rest);
    const { worker } = this;
    this.worker = undefined;
    this.estimateAll();
    await worker?.terminate();
  }

  private takes(text: string): boolean {
    if (this.closed || this.rest !== undefined || text.length > EXACT_LENGTH_MAX) return false;
    return this.waiting.length < this.queueLengthMax && this.waitingLength + text.length <= QUEUED_LENGTH_MAX;
  }

  /** Texts are given to the worker one by one, so that those that wait are still ours. */
  private next(): void {
    if (this.current !== undefined) return;
    const job = this.waiting.shift();
    if (job === undefined) {
      this.worker?.unref();
      return;
    }
    this.waitingLength -= job.text.length;
    this.current = job;
    this.worker ??= this.makeWorker();
    if (this.worker === undefined) {
      this.fail();
      return;
    }
    this.worker.ref();
    this.worker.postMessage(job.text);
  }

  private makeWorker(): Worker | undefined {
    try {
      const worker = this.startWorker();
      worker.on('message', (tokens: number) => {
        if (worker === this.worker) this.counted(tokens);
      });
      // A worker that fails reports an error and then its end: the first of the two counts.
      for (const event of ['error', 'exit']) {
        worker.on(event, () => {
          if (worker === this.worker) this.fail();
        });
      }
      return worker;
    } catch {
      // No memory or no file for another thread: told by the estimates, which are marked as such.
      return undefined;
    }
  }

  private counted(tokens: number): void {
    this.failuresInARow = 0;
    this.settle(tokens);
    this.next();
  }

  /** The text that a worker fails at is not tried again: it may be the reason. */
  private fail(): void {
    this.worker = undefined;
    this.failuresInARow += 1;
    this.settle(undefined);
    if (this.failuresInARow >= FAILURES_MAX && !this.closed) {
      this.estimateAll();
      this.rest = setTimeout(() => {
        this.rest = undefined;
        this.failuresInARow = 0;
      }, REST_MS).unref();
    }
    this.next();
  }

  private expire(job: Job): void {
    if (job === this.current) {
      void this.worker?.terminate();
      this.worker = undefined;
      this.settle(undefined);
      this.next();
      return;
    }
    const position = this.waiting.indexOf(job);
    if (position < 0) return;
    this.waiting.splice(position, 1);
    this.waitingLength -= job.text.length;
    job.resolve(tokensOfText(job.text));
  }

  private settle(tokens: number | undefined): void {
    const job = this.current;
    this.current = undefined;
    if (job === undefined) return;
    clearTimeout(job.timer);
    job.resolve(tokens ?? tokensOfText(job.text));
  }

  private estimateAll(): void {
    this.settle(undefined);
    for (const job of this.waiting.splice(0)) {
      clearTimeout(job.timer);
      job.resolve(tokensOfText(job.text));
    }
    this.waitingLength = 0;
  }
}

/** From sources (tests) Node reads the worker's TypeScript itself. Nothing of the process's environment is handed on. */
function startTokenWorker(): Worker {
  const program = import.meta.url.endsWith('.ts') ? './count-tokens.ts' : './count-tokens.js';
  return new Worker(new URL(program, import.meta.url), {
    workerData: TOKEN_WORKER_ROLE,
    resourceLimits: WORKER_LIMITS,
    execArgv: [],
    env: {},
  });
}
