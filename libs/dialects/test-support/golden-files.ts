import { readdirSync, readFileSync } from 'node:fs';
import type { DialectId } from '@tollgate/contracts';

export interface GoldenFile {
  /** Of the case. */
  readonly name: string;
  readonly text: string;
}

/** The golden files of a dialect with this ending: `.request.json`, `.response.json` or `.stream.sse`. */
export function goldenFiles(dialect: DialectId, ending: string): readonly GoldenFile[] {
  const folder = new URL(`../goldens/${dialect}/`, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => ({
      name: name.slice(0, -ending.length),
      text: readFileSync(new URL(name, folder), 'utf8'),
    }));
}
