/** A real server of our own, which a test may treat as badly as it likes. */
export interface PrivateServer {
  readonly url: string;
  readonly port: number;
  /** Gently. Does nothing if it is not running. */
  stop(): Promise<void>;
  /** kill -9: what a crash does. Resolves once the process is gone. */
  kill(): Promise<void>;
  /** kill -9, and all that it had on its disk is gone. */
  loseData(): Promise<void>;
  /** To the running process; `SIGSTOP` and `SIGCONT` make it hang for a while. */
  signal(name: NodeJS.Signals): void;
  /** Starts it (again) on the same port and data, stopping it first if it runs. Resolves once it answers. */
  restart(): Promise<void>;
}
