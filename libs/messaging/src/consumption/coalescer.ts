/** Gathers the items of one turn of the event loop and carries them out together: one statement instead of many. */
export class Coalescer<Item> {
  private items: Item[] = [];
  private flushed: Promise<void> | undefined;

  constructor(private readonly carryOut: (items: readonly Item[]) => Promise<void>) {}

  /** Resolves or rejects with the whole group. */
  add(item: Item): Promise<void> {
    this.items.push(item);
    this.flushed ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      const items = this.items;
      this.items = [];
      this.flushed = undefined;
      return this.carryOut(items);
    });
    return this.flushed;
  }
}
