import { expect, it } from '@jest/globals';
import {
  type ChannelId,
  type ChannelProbeReply,
  type ChannelProbeRequest,
  GatewayError,
  settingsDocument,
  type SettingsInput,
} from '@tollgate/contracts';
import { noopLogger } from '@tollgate/telemetry';
import { eventually, FakeEventLog, ManualClock } from '@tollgate/testing';
import { type ProbeStore } from '../database/probe-store.js';
import { type ProbeSubject } from './probe-targets.js';
import { Prober } from './prober.js';

type ProbeSettings = NonNullable<NonNullable<SettingsInput['health']>['probes']>;
type Answer = (request: ChannelProbeRequest) => Partial<ChannelProbeReply>;

const REPLY: ChannelProbeReply = {
  ...{ operation: 'chat', model: 'a', credential: 0, streamed: false },
  ...{ failure: null, blamesChannel: false, message: null, firstByteMs: 12, durationMs: 34 },
};
const SUCCESS: Answer = () => ({});
const BOTH: ProbeSettings = { operations: ['chat', 'embeddings'] };
const CHANNEL = 'c' as ChannelId;

const subject = (state: 'half-open' | 'healthy', parts: object = {}) => {
  const verdict = { own: { state }, whole: { state }, credentials: new Map(), models: new Map(), ...parts };
  return { verdict, seenAt: 0 } as unknown as ProbeSubject;
};
const onTrial = subject('half-open');
const partsOnTrial = (field: 'credentials' | 'models', ...keys: readonly unknown[]) =>
  subject('healthy', {
    whole: { state: 'degraded' },
    [field]: new Map(keys.map((key) => [key, { state: 'half-open' }])),
  });

/** What a proxy is asked for by one round of scheduled probes. */
async function tried(
  tested: ProbeSubject,
  probes: ProbeSettings,
  answer: Answer,
  isLeading: (asked: number) => boolean = () => true,
): Promise<ChannelProbeRequest[]> {
  const asked: ChannelProbeRequest[] = [];
  const settings = { ...settingsDocument.parse({ health: { probes } }).health.probes, enabled: true };
  const port = {
    probe: async (request: ChannelProbeRequest) => {
      asked.push(request);
      return { ...REPLY, ...answer(request) };
    },
    query: () => Promise.reject(new Error('nobody asks')),
  };
  const store = { add: () => Promise.resolve({ failure: null }) } as unknown as ProbeStore;
  const clock = new ManualClock();
  const prober = new Prober({
    ...{ port, store, eventLog: new FakeEventLog(), clock, random: () => 0.5, logger: noopLogger },
  });
  prober.runDue([[CHANNEL, tested]], settings, () => isLeading(asked.length));
  await eventually(() => asked.length > 0, 'the first probe');
  // Nothing of it waits for longer than promises do.
  await new Promise((resolve) => setImmediate(resolve));
  return asked;
}

const operationsOf = (requests: readonly ChannelProbeRequest[]) => requests.map(({ operation }) => operation);
const refused = (operation: string) =>
  new GatewayError('unsupported_operation', `No model for ${operation}.`);

/** Answers all but one operation. */
const without =
  (operation: string, ended: Answer): Answer =>
  (request) =>
    request.operation === operation ? ended(request) : {};

it.each([
  ['three times while its replica leads', 1_000, 3],
  ['no more once its replica leads no more', 1, 1],
])('tries what is on trial %s', async (_, leadsForProbes, expected) => {
  const asked = await tried(onTrial, {}, SUCCESS, (probes) => probes < leadsForProbes);
  expect(asked).toEqual(
    Array.from({ length: expected }, () => ({
      ...{ channelId: CHANNEL, operation: null, model: null, credential: null, streamed: false },
    })),
  );
});

it.each([true, false])('asks for a stream where the settings say so: %j', async (stream) => {
  const asked = await tried(onTrial, { stream }, SUCCESS);
  expect(asked.map(({ streamed }) => streamed)).toEqual([stream, stream, stream]);
});

it.each([
  ['the channel on trial, no more often than it needs', onTrial, ['chat', 'embeddings', 'chat']],
  ['the credential on trial', partsOnTrial('credentials', 1), ['chat', 'embeddings', 'chat']],
  ['the idle channel, each once', subject('healthy'), ['chat', 'embeddings']],
])('tries each operation that the settings name with %s', async (_, tested, expected) => {
  expect(operationsOf(await tried(tested, { ...BOTH, idleSeconds: 60 }, SUCCESS))).toEqual(expected);
});

it('asks a model on trial for what it is for, whatever operations the settings name', async () => {
  const asked = await tried(partsOnTrial('models', 'a'), BOTH, SUCCESS);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toMatchObject({ operation: null, model: 'a' });
});

it.each<[string, Answer]>([
  [
    'no proxy can try',
    ({ operation }) => {
      throw refused(String(operation));
    },
  ],
  ['fails without telling about the channel', () => ({ failure: 'upstream_rejected' })],
])('passes over an operation that %s, and tries the others', async (_, ended) => {
  const first = await tried(onTrial, BOTH, without('chat', ended));
  expect(operationsOf(first)).toEqual(['chat', 'embeddings', 'embeddings', 'embeddings']);
  const last = await tried(onTrial, BOTH, without('embeddings', ended));
  expect(operationsOf(last)).toEqual(['chat', 'embeddings', 'chat', 'chat']);
  const only = await tried(onTrial, { operations: ['chat'] }, without('chat', ended));
  expect(operationsOf(only)).toEqual(['chat']);
});

it('tries the other parts of a channel when no proxy can try one', async () => {
  const asked = await tried(partsOnTrial('models', 'gone', 'a'), {}, ({ model }) => {
    if (model === 'gone') {
      throw new GatewayError('not_found', 'The channel has no such model.');
    }
    return {};
  });
  expect(asked.map(({ model }) => model)).toEqual(['gone', 'a', 'a', 'a']);
});

it.each<[string, Answer]>([
  ['a probe blames the channel', () => ({ failure: 'upstream_error', blamesChannel: true })],
  [
    'no proxy answers',
    () => {
      throw new GatewayError('service_unavailable', 'Nobody is there.');
    },
  ],
])('tries nothing more once %s', async (_, ended) => {
  expect(operationsOf(await tried(onTrial, BOTH, without('chat', ended)))).toEqual(['chat']);
});
