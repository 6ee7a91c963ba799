import { readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';

export const lockFile = inRoot('package-lock.json');

/**
 * @typedef {{version?: string, optionalDependencies?: Record<string, string>, dev?: boolean}} LockedPackage
 * @typedef {{packages: Record<string, LockedPackage>}} Lock
 */

/** @returns {Lock} */
export function readLock() {
  return JSON.parse(readFileSync(lockFile, 'utf8'));
}

/**
 * Optional dependencies that the lock file names but does not list, without which `npm ci` calls it out of sync.
 *
 * @param {Lock} lock
 * @returns {{name: string, range: string, dev: boolean}[]}
 */
export function unlistedPackages({ packages }) {
  return Object.entries(packages).flatMap(([location, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isListed(packages, name, location))
      .map(([name, range]) => ({ name, range, dev })),
  );
}

/**
 * Node's own search: in the node_modules of the package and of each folder above it.
 *
 * @param {Lock['packages']} packages
 * @param {string} name
 * @param {string} location
 */
function isListed(packages, name, location) {
  for (let folder = location; ; folder = parentOf(folder)) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}

/**
 * `node_modules/a/node_modules/b` → `node_modules/a` → the root; a workspace's parent is the root.
 *
 * @param {string} location
 */
function parentOf(location) {
  const end = location.lastIndexOf('/node_modules/');
  return end === -1 ? '' : location.slice(0, end);
}
