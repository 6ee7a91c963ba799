import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  channelObservationV1,
  FAILED_ORGANIZATIONS_MAX,
  GatewayError,
  latencyBucket,
  newId,
  type ChannelId,
  type ChannelObservationsV1,
  type ChannelObservationV1,
  type OrganizationId,
} from '@tollgate/contracts';
import { VendorRefusal } from '@tollgate/providers';
import { createMetrics, noopLogger } from '@tollgate/telemetry';
import { FakeEventLog, ManualClock } from '@tollgate/testing';
import type { RelayResult } from '../request/relay-result.js';
import { ChannelObserver } from './channel-observer.js';
import { ProxyMetrics } from './proxy-metrics.js';

const answered = {
  ...{ kind: 'answered', status: 200, usage: undefined, text: undefined },
  ...{ producedTokens: 1, responseId: null, warnings: [] },
} as const satisfies RelayResult;

const failed = (error: GatewayError, blamesChannel = true): RelayResult => ({
  kind: 'failed',
  error,
  blamesChannel,
});

let eventLog: FakeEventLog;
let observer: ChannelObserver;
beforeEach(() => {
  eventLog = new FakeEventLog();
  const metrics = new ProxyMetrics(createMetrics({ service: 'proxy' }), () => 0);
  const clock = new ManualClock();
  observer = new ChannelObserver({ eventLog, proxyId: 'p', clock, logger: noopLogger, metrics });
});

function observe(
  result: RelayResult,
  { credential = 0, model = 'm', channel = 'c', organization = 'o' } = {},
): void {
  const organizationId = organization as OrganizationId;
  const attempted = { credential, model, organizationId, firstByteMs: 10, durationMs: 20 };
  observer.observe({ channel: { id: channel as ChannelId, name: channel }, ...attempted }, result);
}

async function told(): Promise<ChannelObservationV1[]> {
  await observer.stop();
  return eventLog.published.flatMap(({ message }) => (message.body as ChannelObservationsV1).observations);
}

describe('what a proxy observes', () => {
  it('is told of each credential and model of a channel apart', async () => {
    observe(answered);
    observe(answered);
    observe(answered, { credential: 2 });
    observe(failed(new GatewayError('upstream_error', 'no')), { model: 'other' });
    expect(await told()).toMatchObject([
      { channelId: 'c', model: 'm', credential: 0, succeeded: 2, firstByteMsSum: 20, durationMsSum: 40 },
      { channelId: 'c', model: 'm', credential: 2, succeeded: 1 },
      { channelId: 'c', model: 'other', credential: 0, succeeded: 0, failed: { upstream_error: 1 } },
    ]);
  });

  it('tells how the latencies of successes are spread', async () => {
    observe(answered);
    observe(answered);
    observe(failed(new GatewayError('upstream_error', 'no')));
    observe(failed(new GatewayError('upstream_error', 'no')), { model: 'other' });
    const [served, refused] = await told();
    expect(served).toMatchObject({
      firstByteMsCounts: [[latencyBucket(10), 2]],
      durationMsCounts: [[latencyBucket(20), 2]],
    });
    expect(refused).not.toHaveProperty('firstByteMsCounts');
    expect([served, refused].map((one) => channelObservationV1.safeParse(one).success)).toEqual([true, true]);
  });

  it('names the organisations whose attempts failed, each once and so many at most', async () => {
    const refuse = (organization: string, model?: string) =>
      observe(failed(new GatewayError('upstream_error', 'no')), { organization, ...(model && { model }) });
    observe(answered, { organization: 'happy' });
    refuse('a');
    refuse('a');
    refuse('b');
    for (let index = 0; index < 2 * FAILED_ORGANIZATIONS_MAX; index += 1) refuse(`o${index}`, 'other');
    observe(answered, { model: 'third' });
    const [few, many, none] = await told();
    expect(few!.failedOrganizations).toEqual(['a', 'b']);
    expect(many).toMatchObject({ failed: { upstream_error: 200 } });
    expect(many!.failedOrganizations).toHaveLength(FAILED_ORGANIZATIONS_MAX);
    expect(none).not.toHaveProperty('failedOrganizations');
  });

  it('names a refusal that leaves no doubt by what it is sure of', async () => {
    const refusal = (decisive?: 'credential_invalid') =>
      failed(new VendorRefusal('upstream_unauthorized', 'no', decisive, {}));
    observe(refusal('credential_invalid'));
    observe(refusal());
    expect(await told()).toMatchObject([{ failed: { credential_invalid: 1, upstream_unauthorized: 1 } }]);
  });

  it('leaves out what says nothing about the channel', async () => {
    observe({ kind: 'abandoned', whole: false, usage: undefined, text: undefined, producedTokens: 3 });
    observe({ kind: 'refused', status: 400, error: new GatewayError('upstream_rejected', 'no') });
    observe(failed(new GatewayError('unsupported_feature', 'no'), false));
    expect(await told()).toEqual([]);
  });

  it('is bounded: what is too much to be told apart is told of the channel alone', async () => {
    for (let model = 0; model < 5_000; model += 1) observe(answered, { model: `m${model}` });
    observe(answered, { model: 'one more', credential: 1 });
    observe(answered, { model: 'yet another' });
    const observations = await told();
    expect(observations).toHaveLength(5_001);
    expect(observations.at(-1)).toMatchObject({ channelId: 'c', succeeded: 2 });
    expect(observations.at(-1)).not.toHaveProperty('model');
    expect(eventLog.published).toHaveLength(51);
  });

  it('fits into messages that the log takes, also where all of very many channels fail for everybody', async () => {
    const organizations = Array.from({ length: FAILED_ORGANIZATIONS_MAX }, () => newId<OrganizationId>());
    const channels = Array.from({ length: 600 }, () => newId<ChannelId>());
    for (const channel of channels) {
      for (const organization of organizations)
        observe(failed(new GatewayError('upstream_timeout', 'no')), { channel, organization });
      observe(answered, { channel });
    }
    expect((await told()).map(({ channelId }) => channelId)).toEqual(channels);
  });
});
