#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/main.js', import.meta.url);

if (existsSync(built)) {
  await import(built.href);
} else {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  console.error(`tollgate: not built yet: run "npm run build" in ${root} first.`);
  process.exitCode = 1;
}
