import { readFileSync } from 'node:fs';
import prettier from 'prettier';
import { GOLDEN_CASES } from '../../libs/dialects/goldens/cases.js';
import { MATRIX_DIALECTS } from '../../libs/dialects/goldens/fixtures.js';
import { matrixPage, snapshotFile, snapshotOf } from '../../libs/dialects/goldens/snapshots.js';
import { inRoot } from '../workspace/paths.mjs';
import { providersPage } from './providers-page.js';

/** A generated file of the workspace. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

const PAGES: Readonly<Record<string, () => string>> = {
  'docs/dialects.md': matrixPage,
  'docs/providers.md': providersPage,
};

/** The generated pages, formatted as everything else is. */
export async function generatedPages(): Promise<GeneratedFile[]> {
  return Promise.all(
    Object.entries(PAGES).map(async ([path, make]) => ({ path, text: await formatted(path, make()) })),
  );
}

/** What golden cases become in each dialect. */
export async function goldenSnapshots(): Promise<(GeneratedFile & { readonly file: URL })[]> {
  const all = MATRIX_DIALECTS.flatMap((source) => GOLDEN_CASES.map((golden) => ({ source, golden })));
  return Promise.all(
    all.map(async ({ source, golden }) => {
      const file = snapshotFile(source, golden.name);
      const text = await formatted(file.pathname, JSON.stringify(snapshotOf(source, golden)));
      return { file, path: file.pathname, text };
    }),
  );
}

async function formatted(path: string, text: string): Promise<string> {
  const options = await prettier.resolveConfig(inRoot('.prettierrc.json'));
  return prettier.format(text, { ...options, parser: path.endsWith('.md') ? 'markdown' : 'json' });
}

export function currentText(path: string): string {
  return readFileSync(inRoot(path), 'utf8');
}
