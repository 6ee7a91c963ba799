import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../workspace/paths.mjs';

/** One import that a rule of .dependency-cruiser.cjs forbids. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

export interface Cruise {
  readonly violations: Violation[];
  /** Files of ours that were read, as paths inside the workspace. */
  readonly modules: string[];
}

/** The part of dependency-cruiser's JSON report that is read. */
interface CruiseReport {
  readonly modules: { readonly source: string }[];
  readonly summary: {
    readonly violations: {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

/** Follows the imports of `apps` and `libs` in a workspace, by the rules of .dependency-cruiser.cjs. */
export function cruise(workspace: string): Cruise {
  const program = inRoot('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const settings = ['--config', inRoot('.dependency-cruiser.cjs'), '--output-type', 'json'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...settings, 'apps', 'libs'], {
    cwd: workspace,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`dependency-cruiser could not run: ${stderr}`);
  const report = JSON.parse(stdout) as CruiseReport;
  return {
    violations: report.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    modules: report.modules.map(({ source }) => source).filter((source) => /^(apps|libs)\//.test(source)),
  };
}

/**
 * Prints what the cruise found.
 *
 * Set up wrong (a compiler that it cannot use, a pattern that matches nothing), dependency-cruiser sees no module
 * and is content: so every source file must be among those that it read.
 *
 * @returns true if all was seen and nothing is forbidden
 */
export function checkModules(workspace: string): boolean {
  const { violations, modules } = cruise(workspace);
  const seen = new Set(modules);
  const unseen = ['apps', 'libs']
    .flatMap((folder) => sources(workspace, folder))
    .filter((file) => !seen.has(file));
  for (const { rule, from, to } of violations) process.stdout.write(`${from} → ${to}  ${rule}\n`);
  for (const file of unseen) process.stdout.write(`${file}  was not read\n`);
  process.stdout.write(`${modules.length} modules read\n`);
  return violations.length === 0 && unseen.length === 0;
}

function sources(workspace: string, folder: string): string[] {
  return readdirSync(join(workspace, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return /^(dist|node_modules)$/.test(entry.name) ? [] : sources(workspace, path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}
