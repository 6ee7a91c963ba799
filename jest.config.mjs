// One configuration for every project: Jest's start-up dominates, so few, fat runs are quickest.
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: {
    // Libraries are tested from source: no build comes first.
    customExportConditions: ['@tollgate/source', 'node', 'node-addons'],
  },
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/{apps,bench,deploy,k8s,libs,tools}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/'],
  // A bound for hangs, not for slowness: the machine may be busy.
  testTimeout: 30_000,
  // Module sandboxes are never freed whole: a worker that grew is replaced.
  workerIdleMemoryLimit: '1GB',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  cacheDirectory: '<rootDir>/.cache/jest',
};
