const OUTSIDE = /[^a-zA-Z0-9_-]/g;
const LENGTH_MAX = 64;

/**
 * Ids of calls in the letters and the length that the vendor takes, each once in a conversation. The same history always
 * gives the same ids, so that cached prompts stay cached.
 */
export class ToolIds {
  private readonly used = new Set<string>();
  /** The latest call under an id is the one that a result belongs to. */
  private readonly latest = new Map<string, string>();

  ofCall(id: string): string {
    const base = fitting(id);
    let unique = base;
    for (let count = 2; this.used.has(unique); count += 1)
      unique = `${base.slice(0, LENGTH_MAX - 8)}_${count}`;
    this.used.add(unique);
    this.latest.set(id, unique);
    return unique;
  }

  ofResult(id: string): string {
    return this.latest.get(id) ?? fitting(id);
  }
}

function fitting(id: string): string {
  return id.replace(OUTSIDE, '_').slice(-LENGTH_MAX) || 'call';
}
