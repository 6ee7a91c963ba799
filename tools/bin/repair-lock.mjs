/**
 * Completes package-lock.json for `npm ci`.
 *
 * A registry mirror may lack the builds of a package for other platforms. npm then leaves them out of the lock file
 * that it writes, and `npm ci` calls that same file out of sync ("Missing: … from lock file"). This adds an entry for
 * each optional dependency that the file names but does not list: version and platform, no content, so that npm
 * knows it and skips it everywhere but on that platform.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../workspace/paths.mjs';

const platforms = 'aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|wasm32|win32';
const processors = 'arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64';
const platformPattern = new RegExp(`(?:^|[-/])(${platforms})(?:-(${processors}))?(?:-|$)`);

const lockFile = inRoot('package-lock.json');
const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
const added = [];

for (const [location, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(optionalDependencies)) {
    if (isListed(name, location)) continue;
    lock.packages[`node_modules/${name}`] = stub(name, range, dev);
    added.push(name);
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
console.log(
  added.length === 0 ? 'package-lock.json is complete.' : `Added to package-lock.json: ${added.join(', ')}`,
);

/** Node's own search: in the node_modules of the package and of each folder above it. */
function isListed(name, location) {
  for (let folder = location; ; folder = parentOf(folder)) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in lock.packages) return true;
    if (folder === '') return false;
  }
}

/** `node_modules/a/node_modules/b` → `node_modules/a` → the root; a workspace's parent is the root. */
function parentOf(location) {
  const end = location.lastIndexOf('/node_modules/');
  return end === -1 ? '' : location.slice(0, end);
}

function stub(name, range, dev) {
  const [, platform, processor] = platformPattern.exec(name) ?? [];
  if (platform === undefined || !/^[\^~]?\d/.test(range)) {
    throw new Error(
      `${name}@${range} is missing from package-lock.json and is no build for another platform.`,
    );
  }
  return {
    version: range.replace(/^[\^~]/, ''),
    ...(processor !== undefined && { cpu: [processor] }),
    ...(dev === true && { dev }),
    optional: true,
    ...(platform !== 'wasm32' && { os: [platform] }),
  };
}
