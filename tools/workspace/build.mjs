import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, pinnedNode, root } from './paths.mjs';
import { runToEnd } from './processes.mjs';

const stampFile = inRoot('.cache', 'build-stamp');
const notSources = new Set(['node_modules', 'dist', 'coverage']);

/**
 * Compiles what is stale. `tsc -b` finds that out itself, but takes a second or two to say "nothing":
 * a stamp over names, sizes and times of the sources answers in milliseconds.
 */
export async function ensureBuilt() {
  const stamp = sourceStamp();
  if (isBuilt(stamp)) return;
  console.error('Building …');
  const status = await runToEnd(pinnedNode, [inRoot('node_modules', 'typescript', 'bin', 'tsc'), '-b'], {
    cwd: root,
  });
  if (status !== 0) throw new Error('The build failed: the compiler says above where.');
  mkdirSync(inRoot('.cache'), { recursive: true });
  writeFileSync(stampFile, stamp);
}

function isBuilt(stamp) {
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) return false;
  const { references } = JSON.parse(readFileSync(inRoot('tsconfig.json'), 'utf8'));
  return references.every(({ path }) => existsSync(inRoot(path, 'dist', '.tsbuildinfo')));
}

function sourceStamp() {
  const hash = createHash('sha256');
  const roots = ['tsconfig.json', 'tsconfig.base.json', 'node_modules/typescript/package.json'];
  for (const file of [
    ...roots.map((name) => inRoot(name)),
    ...sourcesBelow(inRoot('apps')),
    ...sourcesBelow(inRoot('libs')),
  ]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @returns {string[]} what the compiler reads: TypeScript but no specs, and settings of packages and compiler */
function sourcesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return notSources.has(entry.name) ? [] : sourcesBelow(path);
    const isSource = /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.spec.ts');
    return isSource || /^(package|tsconfig)\.json$/.test(entry.name) ? [path] : [];
  });
}
