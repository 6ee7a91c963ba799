/** Rules inside libraries; rules between them are ESLint's (eslint.config.mjs). */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A circle has no order in which it can be read, tested or initialised.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'dialect-imports-dialect',
      comment: 'Dialects meet in canonical/: a hub, not a mesh.',
      severity: 'error',
      from: { path: '^libs/dialects/src/([^/]+)/' },
      to: { path: '^libs/dialects/src/[^/]+/', pathNot: '^libs/dialects/src/($1|canonical|sse|json)/' },
    },
    {
      name: 'provider-imports-provider',
      comment: 'A vendor folder stands alone, so that it can be added, changed and removed alone.',
      severity: 'error',
      from: { path: '^libs/providers/src/([^/]+)/', pathNot: '^libs/providers/src/transport/' },
      to: { path: '^libs/providers/src/[^/]+/', pathNot: '^libs/providers/src/($1|transport)/' },
    },
    {
      name: 'undici-outside-transport',
      comment: 'One HTTP client to vendors: time limits, back-pressure and the egress guard live there.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['^libs/providers/src/transport/', '^libs/testing/', '\\.spec\\.ts$'],
      },
      to: { path: '^node_modules/undici/' },
    },
    {
      name: 'undeclared-dependency',
      comment: "Each package names what it imports, so that a service's image holds only what it needs.",
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['/test-support/', '\\.spec\\.ts$', '^libs/dialects/goldens/'],
      },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
    {
      name: 'testing-in-production',
      comment: 'Test doubles never ship.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['^libs/testing/', '^apps/[^/]+-e2e/', '/test-support/', '\\.spec\\.ts$'],
      },
      to: { path: '^libs/testing/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@tollgate/source', 'types', 'import', 'node', 'default'],
    },
  },
};
