import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import {
  dateNowInPureCode,
  fetchOutsideTransport,
  functionIntoProperty,
  parseFloatAnywhere,
  processEnvOutsideConfig,
  syntaxThatNodeCannotStrip,
} from './tools/lint/restricted-syntax.mjs';

/** What plain JavaScript uses of Node without importing it. */
const nodeGlobals = [
  ...['AbortController', 'AbortSignal', 'Buffer', 'URL', 'clearInterval', 'clearTimeout', 'console'],
  ...['fetch', 'performance', 'process', 'setInterval', 'setTimeout'],
];

/** Which layer may import which: contract ← pure ← adapter ← feature ← app (docs/architecture.md). */
const layers = [
  { sourceTag: 'layer:contract', onlyDependOnLibsWithTags: ['layer:contract'] },
  {
    sourceTag: 'layer:pure',
    onlyDependOnLibsWithTags: ['layer:contract', 'layer:pure'],
    bannedExternalImports: ['@nestjs/*', 'fastify', 'undici', 'pg', 'ioredis', '@nats-io/*', 'typeorm'],
  },
  { sourceTag: 'layer:adapter', onlyDependOnLibsWithTags: ['layer:contract', 'layer:pure', 'layer:adapter'] },
  { sourceTag: 'layer:feature', onlyDependOnLibsWithTags: ['layer:contract', 'layer:pure', 'layer:adapter'] },
  {
    sourceTag: 'layer:app',
    onlyDependOnLibsWithTags: ['layer:contract', 'layer:pure', 'layer:adapter', 'layer:feature'],
  },
  {
    sourceTag: 'layer:test',
    onlyDependOnLibsWithTags: ['layer:contract', 'layer:pure', 'layer:adapter', 'layer:test'],
  },
];

/** The data plane never depends on the control plane: it serves with admin, billing and health all down. */
const planes = [
  { sourceTag: 'plane:data', notDependOnLibsWithTags: ['plane:control'] },
  { sourceTag: 'plane:shared', notDependOnLibsWithTags: ['plane:control', 'plane:data'] },
];

const boundaries = (constraints, more = {}) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    {
      enforceBuildableLibDependency: false,
      banTransitiveDependencies: false,
      depConstraints: constraints,
      ...more,
    },
  ],
});

/** Tests, and what only tests stand on. */
const tests = [
  '**/*.spec.ts',
  'apps/*-e2e/**/*.ts',
  '{apps,libs}/**/test-support/**/*.ts',
  'libs/dialects/goldens/**/*.ts',
];

/** Specs of a library use the testing library, which knows the library's ports: a circle of specs only. */
const specCircles = { ignoredCircularDependencies: [['@tollgate/testing', '*']] };

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.nx', '.cache', 'coverage', 'bench/results'] },
  eslint.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])),
    },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: {
      parserOptions: { project: ['./tsconfig.check.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...boundaries([...layers, ...planes]),
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'max-depth': ['error', 3],
      complexity: ['error', 15],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-syntax': ['error', fetchOutsideTransport, processEnvOutsideConfig, parseFloatAnywhere],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['libs/{dialects,routing,pricing}/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        fetchOutsideTransport,
        processEnvOutsideConfig,
        parseFloatAnywhere,
        dateNowInPureCode,
        functionIntoProperty,
      ],
    },
  },
  {
    // What runs with each request.
    files: ['libs/features/proxy/src/**/*.ts', 'libs/{admission,metering}/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        fetchOutsideTransport,
        processEnvOutsideConfig,
        parseFloatAnywhere,
        functionIntoProperty,
      ],
    },
  },
  {
    files: ['apps/*/src/config.ts', 'libs/testing/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', parseFloatAnywhere] },
  },
  {
    // Programs of their own, on the terminal and without a build.
    files: ['tools/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', parseFloatAnywhere, syntaxThatNodeCannotStrip],
      'no-console': 'off',
    },
  },
  {
    files: ['apps/cli/src/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', parseFloatAnywhere], 'no-console': 'off' },
  },
  {
    // Tests and what they stand on call services over HTTP; a suite is one function, as long as its behaviour.
    files: [...tests, 'libs/testing/**/*.ts'],
    rules: {
      ...boundaries([...layers, ...planes], specCircles),
      'no-restricted-syntax': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    // Tests reach for the testing library and across layers and planes.
    files: tests,
    rules: boundaries([{ sourceTag: '*', onlyDependOnLibsWithTags: ['*'] }], specCircles),
  },
  prettier,
);
