/** The structure of the workspace, which is tested, not remembered (docs/architecture.md). */
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '@tollgate/contracts';
import { readLock, unlistedPackages } from '../workspace/lock-file.mjs';
import { inRoot, root } from '../workspace/paths.mjs';
import { filesBelow, manifestOf, projects, textOf } from './tree.js';

const files = filesBelow();
const all = projects();
const sources = files.filter((path) => /\.(ts|tsx|mjs|cjs|sh)$/.test(path));
const itself = 'tools/tidy/tidy.spec.ts';

/** Places where a pattern occurs, as `path: match`. */
function occurrences(paths: readonly string[], pattern: RegExp): string[] {
  return paths
    .filter((path) => path !== itself)
    .flatMap((path) => [...textOf(path).matchAll(pattern)].map(([match]) => `${path}: ${match.trim()}`));
}

describe.each(all)('$folder', ({ folder, manifest, references, imports }) => {
  it('is tagged with one layer and one plane', () => {
    const kinds = (manifest.nx?.tags ?? []).map((tag) => tag.split(':')[0]);
    expect([...kinds].sort()).toEqual(['layer', 'plane']);
  });

  it('is a private ES module under our licence', () => {
    expect(manifest).toMatchObject({ private: true, license: 'Apache-2.0', type: 'module' });
  });

  it('says on a page what it owns', () => {
    expect(existsSync(inRoot(folder, 'README.md'))).toBe(true);
    expect(textOf(`${folder}/README.md`).split('\n').length).toBeLessThanOrEqual(80);
  });

  it('declares exactly those of our packages that it imports', () => {
    const declared = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@tollgate/'));
    expect(declared.sort()).toEqual([...imports].filter((name) => name !== manifest.name).sort());
  });

  it('refers the compiler to each package that it imports', () => {
    const folderOf = (name: string): string | undefined =>
      all.find((project) => project.manifest.name === name)?.folder;
    const imported = [...imports].filter((name) => name !== manifest.name).map(folderOf);
    expect([...(references ?? imported)].sort()).toEqual(imported.sort());
  });
});

describe('packages', () => {
  const manifests = [manifestOf(''), ...all.map(({ manifest }) => manifest)];
  const wanted = manifests.flatMap(({ dependencies, devDependencies, optionalDependencies }) =>
    Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }),
  );

  it('are pinned to one exact version', () => {
    const foreign = wanted.filter(([name]) => !name.startsWith('@tollgate/'));
    expect(foreign.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    const versions = new Map<string, Set<string>>();
    for (const [name, version] of foreign) versions.set(name, (versions.get(name) ?? new Set()).add(version));
    expect([...versions].filter(([, known]) => known.size > 1)).toEqual([]);
  });

  it('are all in the lock file, those for other platforms too (npm run lock)', () => {
    expect(unlistedPackages(readLock()).map(({ name }) => name)).toEqual([]);
  });

  it('are compiled together', () => {
    const { references } = JSON.parse(textOf('tsconfig.json')) as { references: { path: string }[] };
    const compiled = all.filter(({ references: own }) => own !== undefined).map(({ folder }) => folder);
    expect(references.map(({ path }) => path).sort()).toEqual(compiled.sort());
  });

  it('come with scripts that npm run help explains', () => {
    const { scripts, 'scripts-info': purposes } = manifestOf('');
    expect(Object.keys(purposes ?? {})).toEqual(Object.keys(scripts ?? {}));
  });
});

describe('files', () => {
  it('stand in folders that are nouns of the domain', () => {
    expect(files.filter((path) => /(^|\/)(utils?|commons?|helpers?|shared|misc)\//.test(path))).toEqual([]);
  });

  it('are named in kebab-case', () => {
    const named = files.filter((path) => /^(apps|libs|tools|bench)\/.*\.ts$/.test(path));
    expect(named.filter((path) => !/\/[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.ts$/.test(path))).toEqual([]);
  });

  it('are small: nothing binary, nothing generated', () => {
    const large = files.filter((path) => statSync(inRoot(path)).size > 200_000);
    expect(large.filter((path) => path !== 'package-lock.json')).toEqual([]);
  });

  it('name no folder of the machine that they were written on', () => {
    const texts = files.filter((path) => /\.(ts|tsx|[mc]js|sh|md|json|ya?ml)$/.test(path));
    const machine = [root, homedir()].filter((path) => path.split('/').length > 2);
    const named = texts.filter((path) => machine.some((folder) => textOf(path).includes(`${folder}/`)));
    expect(named).toEqual([]);
  });

  it('leave nothing to be done later', () => {
    expect(occurrences(sources, /\b(TODO|FIXME|XXX|HACK)\b.*/g)).toEqual([]); // the rule itself names what it forbids
  });

  it('switch no test and no check off', () => {
    // What a machine may lack, such as the right to mount a disk, may leave a test out if its name then says why.
    const off = /(?<!\? describe : )\b(it|test|describe)\.(only|skip|todo)\b.*|\bx(it|describe)\(.*/g;
    expect(occurrences(sources, off)).toEqual([]);
    expect(occurrences(sources, /@ts-(ignore|nocheck)\b.*|\bas any\b.*/g)).toEqual([]); // the rule itself names what it forbids
    expect(occurrences(sources, /eslint-disable(?!.* -- ).*/g)).toEqual([]); // the rule itself names what it forbids
  });

  it('export by name', () => {
    expect(occurrences(sources, /^export \*.*/gm)).toEqual([]);
  });
});

describe('documentation', () => {
  const pages = files.filter((path) => path.endsWith('.md'));

  it('links to what exists', () => {
    const broken = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
        .map(([, target]) => target ?? '')
        .filter((target) => !existsSync(join(root, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('lists every error code with its kind, and no other', () => {
    const codes = tableRows('docs/errors.md', /^\| `(\w+)` +\| `([\w-]+)` /);
    expect(Object.fromEntries(codes)).toEqual(ERROR_CODES);
  });

  it('explains every kind of error', () => {
    const kinds = tableRows('docs/errors.md', /^\| `([\w-]+)` +\| (\d+) /).map(([kind]) => kind);
    expect(kinds.sort()).toEqual([...new Set(Object.values(ERROR_CODES))].sort());
  });

  it('has an index of all decisions, each with its status', () => {
    const records = files.filter((path) => /^docs\/decisions\/(?!README)/.test(path));
    const index = existsSync(inRoot('docs/decisions')) ? textOf('docs/decisions/README.md') : '';
    const name = /^docs\/decisions\/(\d{4}-\d{2}-\d{2}-[a-z0-9-]+\.md)$/;
    expect(records.filter((path) => !index.includes(`(${name.exec(path)?.[1] ?? path})`))).toEqual([]);
    expect(records.filter((path) => !/^\W*status\b/im.test(textOf(path)))).toEqual([]);
  });
});

/** First two columns of the table rows that match. */
function tableRows(page: string, row: RegExp): [string, string][] {
  return textOf(page)
    .split('\n')
    .flatMap((line) => {
      const [, first, second] = row.exec(line) ?? [];
      return first === undefined || second === undefined ? [] : [[first, second] as [string, string]];
    });
}
