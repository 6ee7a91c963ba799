import { expect, it } from '@jest/globals';
import { type ChannelId, type ChannelProbeReply, type ChannelProbeRequest } from '@tollgate/contracts';
import { noopLogger } from '@tollgate/telemetry';
import { eventually, FakeEventLog, ManualClock } from '@tollgate/testing';
import { type ProbeStore } from '../database/probe-store.js';
import { type ProbeSubject } from './probe-targets.js';
import { Prober } from './prober.js';

const REPLY: ChannelProbeReply = {
  ...{ operation: 'chat', model: 'a', credential: 0, streamed: false },
  ...{ failure: null, blamesChannel: false, message: null, firstByteMs: 12, durationMs: 34 },
};
const onTrial = {
  verdict: {
    own: { state: 'half-open' },
    whole: { state: 'half-open' },
    credentials: new Map(),
    models: new Map(),
  },
  seenAt: 0,
} as unknown as ProbeSubject;

it.each([
  ['three times while its replica leads', 1_000, 3],
  ['no more once its replica leads no more', 1, 1],
])('tries what is on trial %s', async (_, leadsForProbes, expected) => {
  const probes: ChannelProbeRequest[] = [];
  const port = {
    probe: async (request: ChannelProbeRequest) => {
      probes.push(request);
      return REPLY;
    },
    query: () => Promise.reject(new Error('nobody asks')),
  };
  const eventLog = new FakeEventLog();
  const store = { add: () => Promise.resolve({ failure: null }) } as unknown as ProbeStore;
  const prober = new Prober({
    ...{ port, store, eventLog, clock: new ManualClock(), random: () => 0.5, logger: noopLogger },
  });
  const settings = { enabled: true, intervalSeconds: 60, idleSeconds: null };
  const isLeading = () => probes.length < leadsForProbes;
  prober.runDue([['c' as ChannelId, onTrial]], settings, isLeading);
  await eventually(() => eventLog.published.length === expected, 'what the probes showed');
  await new Promise((resolve) => setImmediate(resolve));
  expect(probes).toHaveLength(expected);
});
