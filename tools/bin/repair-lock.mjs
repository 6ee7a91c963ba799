/**
 * Completes package-lock.json for `npm ci`.
 *
 * A registry mirror may lack the builds of a package for other platforms. npm then leaves them out of the lock file
 * that it writes, and `npm ci` calls that same file out of sync ("Missing: … from lock file"). This adds an entry for
 * each: version and platform, no content, so that npm knows it and skips it everywhere but on that platform.
 */
import { writeFileSync } from 'node:fs';
import { lockFile, readLock, unlistedPackages } from '../workspace/lock-file.mjs';

const platforms = 'aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|wasm32|win32';
const processors = 'arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64';
const platformPattern = new RegExp(`(?:^|[-/])(${platforms})(?:-(${processors}))?(?:-|$)`);

const lock = readLock();
const unlisted = unlistedPackages(lock);
for (const missing of unlisted) lock.packages[`node_modules/${missing.name}`] = stub(missing);
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
const names = unlisted.map(({ name }) => name).join(', ');
console.log(names === '' ? 'package-lock.json is complete.' : `Added to package-lock.json: ${names}`);

function stub({ name, range, dev }) {
  const [, platform, processor] = platformPattern.exec(name) ?? [];
  if (platform === undefined || !/^[\^~]?\d/.test(range)) {
    throw new Error(
      `${name}@${range} is missing from package-lock.json and is no build for another platform.`,
    );
  }
  return {
    version: range.replace(/^[\^~]/, ''),
    ...(processor !== undefined && { cpu: [processor] }),
    ...(dev && { dev }),
    optional: true,
    ...(platform !== 'wasm32' && { os: [platform] }),
  };
}
