const OUTSIDE = /[^a-zA-Z0-9_-]/g;

/**
 * Ids of calls in the letters that the vendor takes, each once in a conversation: other vendors write `functions.f:0`, or
 * count from 0 in every turn. The same history always gives the same ids, so that cached prompts stay cached.
 */
export class ToolIds {
  private readonly used = new Set<string>();
  /** The latest call under an id is the one that a result belongs to. */
  private readonly latest = new Map<string, string>();

  ofCall(id: string): string {
    const base = inLetters(id);
    let unique = base;
    for (let count = 2; this.used.has(unique); count += 1) unique = `${base}_${count}`;
    this.used.add(unique);
    this.latest.set(id, unique);
    return unique;
  }

  ofResult(id: string): string {
    return this.latest.get(id) ?? inLetters(id);
  }
}

function inLetters(id: string): string {
  return id.replace(OUTSIDE, '_') || 'call';
}
