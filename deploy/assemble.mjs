/**
 * Adds our own compiled files to a folder in which npm installed the packages of one service:
 *
 *     node deploy/assemble.mjs <built workspace> <folder>
 *
 * Takes along what npm linked, and nothing of the other services.
 */
import { cpSync, existsSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

const notNeeded = /\.(d\.ts|map|tsbuildinfo)$/;

const [workspace, target] = process.argv.slice(2);
if (workspace === undefined || target === undefined) {
  throw new Error('Usage: node deploy/assemble.mjs <built workspace> <folder>');
}

const scope = join(target, 'node_modules', '@tollgate');
const linked = new Set(
  readdirSync(scope).map((name) => relative(realpathSync(target), realpathSync(join(scope, name)))),
);

for (const folder of linked) {
  const built = join(workspace, folder, 'dist');
  if (!existsSync(built)) throw new Error(`${folder} is not built: there is no ${built}.`);
  cpSync(built, join(target, folder, 'dist'), { recursive: true, filter: (path) => !notNeeded.test(path) });
}

for (const parent of ['apps', 'libs', 'libs/features']) {
  for (const name of readdirSync(join(target, parent))) {
    const folder = `${parent}/${name}`;
    const isNeeded = [...linked].some((path) => path === folder || path.startsWith(`${folder}/`));
    if (!isNeeded) rmSync(join(target, folder), { recursive: true });
  }
}
