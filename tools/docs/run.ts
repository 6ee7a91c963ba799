/** Writes generated pages and golden snapshots; says which ones changed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../workspace/paths.mjs';
import { generatedPages, goldenSnapshots } from './pages.js';

function write(file: string | URL, name: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  writeFileSync(file, text);
  process.stdout.write(`written: ${name}\n`);
}

for (const { file, path, text } of await goldenSnapshots()) write(file, path, text);
for (const { path, text } of await generatedPages()) write(inRoot(path), path, text);
