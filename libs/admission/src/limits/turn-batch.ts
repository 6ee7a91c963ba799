interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks what comes up in one turn of the event loop in one go: a question to a server costs a busy process more for its way
 * than for what it says. What nobody waits for goes with the next question that comes up.
 */
export class TurnBatch<Question, Answer> {
  #waiting: Waiting<Question, Answer>[] = [];
  #turnEnds = false;
  #patience: NodeJS.Timeout | undefined;

  /**
   * @param ask answers in the order of its questions
   * @param most questions that are asked together
   * @param patienceMs how long those wait at most that nobody waits for
   */
  constructor(
    private readonly ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
    private readonly most: number,
    private readonly patienceMs: number,
  ) {}

  /** Rejects as `ask` does, with all that were asked together. */
  add(question: Question): Promise<Answer> {
    if (!this.#turnEnds) {
      this.#turnEnds = true;
      setImmediate(() => void this.flush());
    }
    return this.#keep(question);
  }

  /** As `add`, of what can wait for a while. */
  addPatiently(question: Question): Promise<Answer> {
    if (!this.#turnEnds) this.#patience ??= setTimeout(() => void this.flush(), this.patienceMs);
    return this.#keep(question);
  }

  #keep(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => void this.#waiting.push({ question, resolve, reject }));
  }

  /** Asks what waits now; resolves when it is answered. */
  async flush(): Promise<void> {
    this.#turnEnds = false;
    clearTimeout(this.#patience);
    this.#patience = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    const asking: Promise<void>[] = [];
    for (let start = 0; start < waiting.length; start += this.most) {
      asking.push(this.#askSome(waiting.slice(start, start + this.most)));
    }
    await Promise.all(asking);
  }

  async #askSome(asked: readonly Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.ask(asked.map(({ question }) => question));
      asked.forEach(({ resolve }, index) => resolve(answers[index] as Answer));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
