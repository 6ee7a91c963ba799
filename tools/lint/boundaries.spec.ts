/**
 * A boundary that is not shown to bite is not there: each rule meets one planted violation, and one neighbour that
 * is allowed. Nothing is written into the workspace.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inRoot, root } from '../workspace/paths.mjs';
import { cruise, type Cruise } from './modules.js';

interface Plant {
  readonly what: string;
  readonly file: string;
  readonly source: string;
  /** Part of the expected message; none means that the source is allowed. */
  readonly expected?: { readonly rule: string; readonly message: RegExp };
}

interface Finding {
  readonly rule: string;
  readonly message: string;
}

interface Report {
  readonly asIs: Finding[];
  /** The same without the search for circles, which Nx puts before every other boundary. */
  readonly withoutCircles: Finding[];
}

const boundaryRule = '@nx/enforce-module-boundaries';
const syntaxRule = 'no-restricted-syntax';

function importing(what: string, folder: string, target: string, message?: RegExp): Plant {
  return {
    what,
    file: `${folder}/src/planted.ts`,
    source: `import { planted } from '${target}';\nexport const replanted: unknown = planted;\n`,
    ...(message && { expected: { rule: boundaryRule, message } }),
  };
}

function writing(what: string, file: string, source: string, message?: RegExp): Plant {
  return { what, file, source, ...(message && { expected: { rule: syntaxRule, message } }) };
}

const layers: Plant[] = [
  importing('a contract imports no pure library', 'libs/contracts', '@tollgate/pricing', /layer:contract/),
  importing('a pure library imports no adapter', 'libs/pricing', '@tollgate/messaging', /layer:pure/),
  importing('an adapter imports no test library', 'libs/persistence', '@tollgate/testing', /layer:adapter/),
  importing('an adapter imports no feature', 'libs/admission', '@tollgate/feature-proxy', /layer:adapter/),
  importing(
    'a feature imports no other feature',
    'libs/features/admin',
    '@tollgate/feature-billing',
    /layer:feature/,
  ),
  importing('an app imports no test library', 'apps/proxy', '@tollgate/testing', /layer:app/),
  importing(
    'the testing library imports no feature',
    'libs/testing',
    '@tollgate/feature-admin',
    /layer:test/,
  ),
  importing('a pure library imports a contract', 'libs/pricing', '@tollgate/contracts'),
  importing('a feature imports an adapter', 'libs/features/admin', '@tollgate/persistence'),
];

const planes: Plant[] = [
  importing(
    'the data plane imports no control plane',
    'libs/admission',
    '@tollgate/persistence',
    /plane:data/,
  ),
  importing(
    'the shared plane imports no control plane',
    'libs/messaging',
    '@tollgate/control-api',
    /plane:shared/,
  ),
  importing(
    'the shared plane imports no data plane',
    'libs/messaging',
    '@tollgate/admission',
    /plane:shared/,
  ),
];

const externals: Plant[] = [
  '@nestjs/common',
  'fastify',
  'undici',
  'pg',
  'ioredis',
  '@nats-io/jetstream',
  'typeorm',
].map((name) =>
  importing(`pure code does not import ${name}`, 'libs/pricing', name, /layer:pure.*not allowed/),
);

const syntax: Plant[] = [
  writing(
    'fetch stays in the transport',
    'libs/admission/src/planted.ts',
    "await fetch('http://a');",
    /vendors/,
  ),
  writing(
    'process.env stays in config.ts',
    'libs/admission/src/planted.ts',
    'export const a = process.env;',
    /config\.ts/,
  ),
  writing('floats stay away from money', 'libs/admission/src/planted.ts', "parseFloat('1');", /bigint/),
  writing('pure code does not read the clock', 'libs/pricing/src/planted.ts', 'Date.now();', /Clock/),
  writing(
    'functions of a request do not end up in the old generation',
    'libs/features/proxy/src/planted.ts',
    'export const follow = (client: { closed?: () => void }): void => { client.closed = () => undefined; };',
    /method to call/,
  ),
  writing('an app main is no exception for floats', 'apps/proxy/src/main.ts', "parseFloat('1');", /bigint/),
  writing(
    'an app main has no settings',
    'apps/proxy/src/main.ts',
    'export const a = process.env;',
    /config\.ts/,
  ),
  writing(
    'tools need no compiler',
    'tools/planted.ts',
    'export class A { constructor(readonly a: string) {} }',
    /strips/,
  ),
  writing(
    "an app's config.ts reads process.env",
    'apps/proxy/src/config.ts',
    'export const a = process.env;',
  ),
];

const plants = [...layers, ...planes, ...externals, ...syntax];

describe('the boundaries between projects', () => {
  let reports: Report[];

  beforeAll(() => {
    makeProjectGraph();
    reports = lintAll(plants);
  }, 60_000);

  it.each(plants.map((plant, index) => ({ ...plant, index })))('$what', ({ expected, index }) => {
    const { asIs, withoutCircles } = reports[index]!;
    const wanted =
      expected === undefined
        ? []
        : [{ rule: expected.rule, message: expect.stringMatching(expected.message) }];
    expect(withoutCircles.filter(isUnderTest)).toEqual(wanted);
    expect(asIs.filter(isUnderTest)).toHaveLength(wanted.length);
  });

  it('finds a circle between projects', () => {
    const contractImportsPure = reports[0]!;
    expect(contractImportsPure.asIs).toContainEqual({
      rule: boundaryRule,
      message: expect.stringMatching(/^Circular dependency/),
    });
  });
});

function isUnderTest({ rule }: Finding): boolean {
  return rule === boundaryRule || rule === syntaxRule;
}

function makeProjectGraph(): void {
  run('nx/dist/bin/nx.js', ['show', 'projects']);
}

function lintAll(sources: Plant[]): Report[] {
  const input = JSON.stringify(sources.map(({ file, source }) => ({ file, source })));
  return JSON.parse(run('../tools/lint/lint-planted.mjs', [], input)) as Report[];
}

function run(script: string, scriptArguments: string[], input = ''): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [inRoot('node_modules', script), ...scriptArguments],
    {
      cwd: root,
      input,
      encoding: 'utf8',
      env: { ...process.env, NX_DAEMON: 'false' },
    },
  );
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return stdout;
}

/** A small workspace with one violation of each rule of .dependency-cruiser.cjs. */
const plantedFiles: Record<string, string> = {
  'libs/routing/src/first.ts': "import './second.js';",
  'libs/routing/src/second.ts': "import './first.js';",
  'libs/dialects/src/one/index.ts': "import '../two/index.js';\nimport '../canonical/index.js';",
  'libs/dialects/src/two/index.ts': 'export {};',
  'libs/dialects/src/canonical/index.ts': 'export {};',
  'libs/providers/src/one/index.ts': "import '../two/index.js';\nimport '../transport/index.js';",
  'libs/providers/src/two/index.ts': 'export {};',
  'libs/providers/src/transport/index.ts': "import 'undici';",
  'libs/admission/src/index.ts': "import 'undici';",
  'libs/metering/src/index.ts': "import 'nowhere';",
  'libs/messaging/src/index.ts': "import '../../testing/src/index.js';",
  'libs/messaging/src/index.spec.ts': "import '../../testing/src/index.js';",
  'libs/testing/src/index.ts': 'export {};',
  'apps/proxy/src/main.ts': 'export {};',
};

const expectedViolations = [
  {
    rule: 'dialect-imports-dialect',
    from: 'libs/dialects/src/one/index.ts',
    to: 'libs/dialects/src/two/index.ts',
  },
  { rule: 'no-circular', from: 'libs/routing/src/first.ts', to: 'libs/routing/src/second.ts' },
  {
    rule: 'provider-imports-provider',
    from: 'libs/providers/src/one/index.ts',
    to: 'libs/providers/src/two/index.ts',
  },
  { rule: 'testing-in-production', from: 'libs/messaging/src/index.ts', to: 'libs/testing/src/index.ts' },
  { rule: 'undeclared-dependency', from: 'libs/metering/src/index.ts', to: 'nowhere' },
  {
    rule: 'undici-outside-transport',
    from: 'libs/admission/src/index.ts',
    to: expect.stringContaining('undici'),
  },
];

describe('the boundaries inside libraries', () => {
  let workspace: string;
  let result: Cruise;

  beforeAll(() => {
    workspace = plantWorkspace();
    result = cruise(workspace);
  }, 60_000);

  afterAll(() => rmSync(workspace, { recursive: true, force: true }));

  it('holds a violation of every rule that there is', async () => {
    const { default: settings } = (await import(inRoot('.dependency-cruiser.cjs'))) as {
      default: { forbidden: { name: string }[] };
    };
    const rules = settings.forbidden.map(({ name }) => name).sort();
    expect(expectedViolations.map(({ rule }) => rule)).toEqual(rules);
  });

  it.each(expectedViolations)('finds $rule', (violation) => {
    expect(result.violations.filter(({ rule }) => rule === violation.rule)).toEqual([violation]);
  });

  it('reads every file', () => {
    expect([...result.modules].sort()).toEqual(Object.keys(plantedFiles).sort());
  });
});

function plantWorkspace(): string {
  const workspace = mkdtempSync(join(tmpdir(), 'tollgate-planted-'));
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), content);
  };
  for (const [path, source] of Object.entries(plantedFiles)) {
    write(path, source);
    const [folder, project] = path.split('/');
    write(`${folder}/${project}/package.json`, '{ "type": "module", "dependencies": { "undici": "*" } }');
  }
  write(
    'tsconfig.check.json',
    '{ "compilerOptions": { "module": "nodenext", "moduleResolution": "nodenext" } }',
  );
  write('node_modules/undici/package.json', '{ "name": "undici", "main": "index.js" }');
  write('node_modules/undici/index.js', '');
  return workspace;
}
