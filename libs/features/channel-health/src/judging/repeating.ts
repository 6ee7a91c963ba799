/** Runs one piece of work again and again, never twice at once. */
export class Repeating {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isWanted = false;
  #stopped = true;

  constructor(
    private readonly work: () => Promise<void>,
    private readonly everyMs: number,
  ) {}

  start(): void {
    this.#stopped = false;
    void this.run();
  }

  /** Runs now, and once more after the run that is under way. Resolves when no run is due. */
  run(): Promise<void> {
    this.#isWanted = true;
    this.#running ??= this.#loop();
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #loop(): Promise<void> {
    // The work may ask for another run while it begins: `#running` must be set by then.
    await Promise.resolve();
    clearTimeout(this.#timer);
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.work();
    }
    this.#running = undefined;
    if (!this.#stopped) {
      this.#timer = setTimeout(() => void this.run(), this.everyMs);
    }
  }
}
