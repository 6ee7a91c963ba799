/** Of every Node gateway alike: as the proxy's image starts it (deploy/Dockerfile). */
export const NODE_OPTIONS: readonly string[] = [
  '--min-semi-space-size=8',
  '--max-semi-space-size=16',
  '--no-parallel-scavenge',
  '--external-memory-accounted-in-global-limit',
  '--initial-heap-size=128',
  '--no-allocation-site-pretenuring',
];
