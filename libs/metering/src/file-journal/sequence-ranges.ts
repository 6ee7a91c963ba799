/** A set of sequence numbers that has few holes, if any. */
export class SequenceRanges {
  /** Sorted, disjoint, not adjacent. */
  readonly #ranges: { first: number; last: number }[] = [];

  get last(): number {
    return this.#ranges.at(-1)?.last ?? 0;
  }

  add(sequence: number): void {
    const newest = this.#ranges.at(-1);
    if (newest?.last === sequence - 1) newest.last = sequence;
    else if (newest === undefined || sequence > newest.last)
      this.#ranges.push({ first: sequence, last: sequence });
    else this.#insert(sequence);
  }

  /** The missing numbers above `floor` and below `last`, in order. */
  *holes(floor: number): Generator<number> {
    let expected = floor + 1;
    for (const { first, last } of this.#ranges) {
      for (; expected < first; expected += 1) yield expected;
      expected = Math.max(expected, last + 1);
    }
  }

  #insert(sequence: number): void {
    const after = this.#ranges.findIndex(({ last }) => last >= sequence);
    const range = this.#ranges[after];
    if (range === undefined || range.first <= sequence) return;
    const before = this.#ranges[after - 1];
    const joinsBefore = before?.last === sequence - 1;
    const joinsAfter = range.first === sequence + 1;
    if (joinsBefore && joinsAfter) {
      before.last = range.last;
      this.#ranges.splice(after, 1);
    } else if (joinsBefore) before.last = sequence;
    else if (joinsAfter) range.first = sequence;
    else this.#ranges.splice(after, 0, { first: sequence, last: sequence });
  }
}
