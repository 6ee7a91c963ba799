import { existsSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { inRoot, pinnedNode, root } from './paths.mjs';
import { runToEnd } from './processes.mjs';

const oldestMajor = 26;

/** Installs what package-lock.json asks for, unless it is all there. Needs nothing but npm. */
export async function ensureInstalled() {
  assertPlatform();
  if (isInstalled()) return;
  const fresh = !existsSync(inRoot('node_modules'));
  console.error(fresh ? 'Installing packages (once, about a minute) …' : 'Updating packages …');
  // `npm ci` empties node_modules first, which would pull the rug from under whatever runs from there.
  const command = fresh ? ['ci'] : ['install', '--no-save'];
  const status = await runToEnd('npm', [...command, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env: { ...process.env, PATH: pathWithoutPackages() },
  });
  if (status !== 0 || !existsSync(pinnedNode)) {
    throw new Error(`Installing packages failed: run "npm ${command.join(' ')}" in ${root} to see why.`);
  }
}

/** @throws where no package holds the pinned Node and the machine's own is too old */
function assertPlatform() {
  const major = Number(process.versions.node.split('.')[0]);
  if (pinnedNode === process.execPath && major < oldestMajor) {
    throw new Error(
      `On ${process.platform}-${process.arch} Tollgate needs Node ${oldestMajor} or newer; this is ${process.version}.`,
    );
  }
}

/** True if node_modules holds each package of the lock file in its version, those for other platforms aside. */
function isInstalled() {
  if (!existsSync(pinnedNode)) return false;
  const wanted = packagesOf(inRoot('package-lock.json'));
  const present = packagesOf(inRoot('node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([location, { version, optional }]) => {
    if (location === '') return true;
    const installed = present[location];
    return installed === undefined ? optional === true : installed.version === version;
  });
}

/** @returns {Record<string, {version?: string, optional?: boolean}>} by location, e.g. `node_modules/pg` */
function packagesOf(lockFile) {
  if (!existsSync(lockFile)) return {};
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/** npm must not run on the very Node that it is about to replace. */
function pathWithoutPackages() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.filter((folder) => !folder.includes('node_modules')).join(delimiter);
}
