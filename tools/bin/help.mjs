/** npm run help: every script of package.json with what it is for, in its order. */
import { readFileSync } from 'node:fs';
import { inRoot } from '../workspace/paths.mjs';

const { scripts, 'scripts-info': purposes } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const nameWidth = Math.max(...Object.keys(scripts).map((name) => name.length));
for (const name of Object.keys(scripts)) {
  const command = name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`;
  console.log(`${command.padEnd(nameWidth + 'npm run '.length)}  ${purposes[name] ?? ''}`);
}
