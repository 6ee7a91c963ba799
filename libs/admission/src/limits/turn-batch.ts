interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks what comes up in one turn of the event loop in one go: a question to a server costs a busy process more for its way
 * than for what it says.
 */
export class TurnBatch<Question, Answer> {
  #waiting: Waiting<Question, Answer>[] = [];

  /**
   * @param ask answers in the order of its questions
   * @param most questions that are asked together
   */
  constructor(
    private readonly ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
    private readonly most: number,
  ) {}

  /** Rejects as `ask` does, with all that were asked together. */
  add(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ question, resolve, reject }) === 1) setImmediate(() => void this.flush());
    });
  }

  /** Asks what waits now; resolves when it is answered. */
  async flush(): Promise<void> {
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
