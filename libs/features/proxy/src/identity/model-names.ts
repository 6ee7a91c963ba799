import type { ApiKeyDocument } from '@tollgate/contracts';

const compiled = new WeakMap<readonly string[], ModelNames>();

/** Whether the key may call a model of this name. Its list is compiled once a document. */
export function mayCall({ models }: ApiKeyDocument, model: string): boolean {
  if (models === null) return true;
  let names = compiled.get(models);
  if (names === undefined) compiled.set(models, (names = new ModelNames(models)));
  return names.has(model);
}

/** Names of models, and patterns in which `*` stands for any characters, or none. */
export class ModelNames {
  private readonly names: ReadonlySet<string>;
  private readonly patterns: readonly string[];

  constructor(list: readonly string[]) {
    this.names = new Set(list);
    this.patterns = list.filter((entry) => entry.includes('*'));
  }

  has(model: string): boolean {
    return this.names.has(model) || this.patterns.some((pattern) => matchesPattern(pattern, model));
  }
}

/** In time proportional to the lengths, whatever the pattern: no backtracking beyond the last star. */
export function matchesPattern(pattern: string, text: string): boolean {
  let [at, star, resumed] = [0, -1, 0];
  for (let position = 0; position < text.length;) {
    if (pattern[at] === '*') {
      star = at;
      at += 1;
      resumed = position;
    } else if (pattern[at] === text[position]) {
      at += 1;
      position += 1;
    } else if (star === -1) {
      return false;
    } else {
      // The star takes one character more.
      at = star + 1;
      resumed += 1;
      position = resumed;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
