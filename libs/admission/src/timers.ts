/** Waiting, injected: tests decide when time has passed. */
export interface Timers {
  /** Runs the task again and again until the returned function is called; never keeps the process alive. */
  repeat(intervalMs: number, task: () => void): () => void;
  /** Resolves after the time; never keeps the process alive. */
  delay(durationMs: number): Promise<void>;
}

export const systemTimers: Timers = {
  repeat(intervalMs, task) {
    const timer = setInterval(task, intervalMs).unref();
    return () => clearInterval(timer);
  },
  delay: (durationMs) => new Promise((resolve) => void setTimeout(resolve, durationMs).unref()),
};
