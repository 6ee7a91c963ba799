import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inRoot, pinnedNode } from '../workspace/paths.mjs';

const run = promisify(execFile);

/** What every document has; the rest is read after it was validated. */
export interface KubernetesDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

interface ModelOfDocument {
  validate(): void;
}

/** The package's module of a document's kind, e.g. `kubernetes-models/apps/v1/Deployment`. */
function moduleOf({ apiVersion, kind }: KubernetesDocument): string {
  return `kubernetes-models/${apiVersion}/${kind}`;
}

/**
 * Wrong types and missing fields, by the schemas of Kubernetes.
 * @returns one line a document that is wrong
 */
export async function invalidDocuments(documents: readonly KubernetesDocument[]): Promise<string[]> {
  const problems: string[] = [];
  for (const document of documents) {
    try {
      const models = (await import(moduleOf(document))) as Record<
        string,
        new (data: unknown) => ModelOfDocument
      >;
      const Model = models[document.kind];
      if (Model === undefined) throw new Error('there is no such kind');
      new Model(document).validate();
    } catch (error) {
      problems.push(`${document.kind} ${document.metadata.name}: ${String(error)}`);
    }
  }
  return problems;
}

/**
 * Misspelt fields, which the schemas let pass, by the compiler: each document as a literal of its type.
 * @returns what the compiler says; empty if nothing is wrong
 */
export async function mistypedDocuments(documents: readonly KubernetesDocument[]): Promise<string> {
  await mkdir(inRoot('.cache'), { recursive: true });
  // Inside the workspace, where the compiler finds the packages.
  const folder = await mkdtemp(inRoot('.cache', 'kubernetes-'));
  try {
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      types: [],
    };
    const settings = { compilerOptions, include: ['*.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    for (const [index, document] of documents.entries()) {
      await writeFile(join(folder, `${document.kind}-${index}.ts`), asLiteral(document));
    }
    const compiler = inRoot('node_modules', 'typescript', 'bin', 'tsc');
    return await run(pinnedNode, [compiler, '-p', folder]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function asLiteral(document: KubernetesDocument): string {
  const type = `import('${moduleOf(document)}').I${document.kind}`;
  return `export default ${JSON.stringify(document, undefined, 2)} satisfies ${type};\n`;
}
