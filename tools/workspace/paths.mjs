import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the whole workspace; every other path is relative to it. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** @param {...string} segments path inside the workspace */
export const inRoot = (...segments) => path.join(root, ...segments);

/** The pinned Node, installed by npm like every other dependency: the machine's own may be older. */
export const pinnedNode = inRoot('node_modules', '.bin', 'node');
