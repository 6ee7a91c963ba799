import { describe, expect, it } from '@jest/globals';
import { functionTimes, groupTimes, type CpuProfile } from './cpu-profile.js';

function node(id: number, functionName: string, url: string): CpuProfile['nodes'][number] {
  return { id, callFrame: { functionName, url, lineNumber: 9 } };
}

const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', ''),
    node(2, '(idle)', ''),
    node(3, '(garbage collector)', ''),
    node(4, 'append', 'file:///srv/libs/metering/dist/journal.js'),
    node(5, 'append', 'file:///srv/libs/metering/dist/journal.js'),
    node(6, '', 'file:///srv/node_modules/@nats-io/nats-core/lib/protocol.js'),
    node(7, 'write', 'node:net'),
    node(8, 'relay', 'file:///srv/libs/features/proxy/dist/relay.js'),
  ],
  startTime: 1_000,
  samples: [1, 2, 4, 5, 6, 7, 3, 8],
  timeDeltas: [5, 900, 30, 40, 20, 10, 8, 1],
};

const always = { fromUs: 0, toUs: Infinity };

describe('a CPU profile, read', () => {
  it('adds up what one function did wherever it was called, and leaves idle time out', () => {
    const [first, ...others] = functionTimes(profile, always);
    expect(first).toEqual({
      name: 'append',
      place: 'libs/metering/dist/journal.js:10',
      group: 'libs/metering',
      selfUs: 70,
    });
    expect(others.map(({ name, place }) => `${name} ${place}`)).toEqual([
      '(anonymous) @nats-io/nats-core/lib/protocol.js:10',
      'write node:net:10',
      '(garbage collector) ',
      'relay libs/features/proxy/dist/relay.js:10',
    ]);
  });

  it('counts only what happened within a time', () => {
    const [only, ...others] = functionTimes(profile, { fromUs: 1_970, toUs: 1_999 });
    expect(only).toMatchObject({ group: 'libs/metering', selfUs: 40 });
    expect(others).toMatchObject([{ group: '@nats-io/nats-core', selfUs: 20 }]);
  });

  it('sums by library', () => {
    expect(groupTimes(functionTimes(profile, always))).toEqual([
      { group: 'libs/metering', selfUs: 70 },
      { group: '@nats-io/nats-core', selfUs: 20 },
      { group: 'node', selfUs: 10 },
      { group: 'garbage collection', selfUs: 8 },
      { group: 'libs/features/proxy', selfUs: 1 },
    ]);
  });
});
