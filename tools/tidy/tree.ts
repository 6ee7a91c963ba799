import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { inRoot } from '../workspace/paths.mjs';

const notOurs = new Set(['node_modules', 'dist', 'coverage', '.git', '.nx', '.cache', '.tollgate']);

/** Every file that people wrote, as paths inside the workspace. */
export function filesBelow(folder = ''): string[] {
  return readdirSync(inRoot(folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

export function textOf(path: string): string {
  return readFileSync(inRoot(path), 'utf8');
}

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly type?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly 'scripts-info'?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

/** One npm workspace of ours. */
export interface Project {
  /** For example `libs/features/billing`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Folders of the projects that its tsconfig.json refers to; none without one. */
  readonly references: readonly string[] | undefined;
  /** Our packages that its sources import, tests aside. */
  readonly imports: ReadonlySet<string>;
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(textOf(`${folder === '' ? '' : `${folder}/`}package.json`)) as Manifest;
}

export function projects(): Project[] {
  const manifests = filesBelow().filter((path) => /^(apps|libs)\/.*package\.json$/.test(path));
  return manifests.map((path) => readProject(path.slice(0, -'/package.json'.length)));
}

function readProject(folder: string): Project {
  return { folder, manifest: manifestOf(folder), references: references(folder), imports: imports(folder) };
}

function references(folder: string): string[] | undefined {
  const file = `${folder}/tsconfig.json`;
  if (!existsSync(inRoot(file))) return undefined;
  const settings = JSON.parse(textOf(file)) as { references?: { path: string }[] };
  const base = new URL(`file:///${folder}/`);
  return (settings.references ?? []).map(({ path }) => new URL(path, base).pathname.slice(1));
}

function imports(folder: string): Set<string> {
  const sources = filesBelow(`${folder}/src`).filter(isShippedSource);
  const names = sources.flatMap((path) =>
    [...textOf(path).matchAll(/(?:from|import)\s*\(?'(@tollgate\/[^/']+)/g)].map(([, name]) => name ?? ''),
  );
  return new Set(names);
}

function isShippedSource(path: string): boolean {
  return /\.tsx?$/.test(path) && !/\.spec\.tsx?$/.test(basename(path)) && !/\/test-support\//.test(path);
}
