import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalEnd } from '@tollgate/metering';
import { chatCompletion, chatVendor, eventually, FakeVendor, type VendorScript } from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import {
  BEGINNING,
  begun,
  chat,
  ENDLESS,
  LARGE_EVENT,
  pricedWorld,
  theRecord,
} from '../test-support/endings.js';
import type { ProxyWorld, SendOptions } from '../test-support/proxy-world.js';

const ERROR_EVENT = 'data: {"error":{"message":"The server is overloaded.","type":"server_error"}}\n\n';

interface Row {
  readonly ends: string;
  readonly vendor: VendorScript;
  /** Default: a stream. */
  readonly stream?: boolean;
  readonly upstream?: object;
  /** What the client or the operator does meanwhile. */
  readonly meanwhile?: 'leaves at once' | 'leaves in the middle' | 'stops reading' | 'shutdown';
  readonly outcome: JournalEnd['outcome'];
  readonly errorCode: string | null;
  readonly usageSource: JournalEnd['usageSource'];
}

const nothing = { usageSource: 'none' } as const;
const partly = { usageSource: 'partial' } as const;

/** Every way in which a request can end, and what it comes to. */
const ROWS: readonly Row[] = [
  {
    ends: 'with a whole answer',
    vendor: chatCompletion('Hello', USAGE),
    stream: false,
    outcome: 'succeeded',
    errorCode: null,
    usageSource: 'vendor',
  },
  {
    ends: 'with a whole stream',
    vendor: chatVendor(['Hello', ' there'], USAGE),
    outcome: 'succeeded',
    errorCode: null,
    usageSource: 'vendor',
  },
  {
    ends: "with the vendor's refusal of the request",
    vendor: {
      kind: 'answer',
      status: 400,
      body: { error: { message: 'no', type: 'invalid_request_error' } },
    },
    outcome: 'failed',
    errorCode: 'upstream_rejected',
    ...nothing,
  },
  {
    ends: "with a vendor's error",
    vendor: { kind: 'answer', status: 500, body: { error: { message: 'oops' } } },
    outcome: 'failed',
    errorCode: 'upstream_error',
    ...nothing,
  },
  {
    ends: 'by a cut before the first byte',
    vendor: { kind: 'cut' },
    outcome: 'failed',
    errorCode: 'upstream_unreachable',
    ...nothing,
  },
  {
    ends: 'by a cut after the first byte',
    vendor: begun('cut'),
    outcome: 'upstream_cut',
    errorCode: 'upstream_cut',
    ...partly,
  },
  {
    ends: "with a vendor's error in the middle of the stream",
    vendor: { kind: 'stream', events: [...BEGINNING, ERROR_EVENT], intervalMs: 2 },
    outcome: 'failed',
    errorCode: 'upstream_error',
    ...partly,
  },
  {
    ends: 'by the time limit for the first byte',
    vendor: { kind: 'silent' },
    upstream: { firstByteTimeoutMs: 50 },
    outcome: 'timed_out',
    errorCode: 'upstream_timeout',
    ...nothing,
  },
  {
    ends: 'by the time limit for silence',
    vendor: begun('silent'),
    upstream: { idleTimeoutMs: 50 },
    outcome: 'timed_out',
    errorCode: 'upstream_timeout',
    ...partly,
  },
  {
    ends: 'by the time limit for the whole',
    vendor: ENDLESS,
    upstream: { totalTimeoutMs: 500 },
    outcome: 'timed_out',
    errorCode: 'upstream_timeout',
    ...partly,
  },
  {
    ends: 'as the client leaves before the first byte',
    vendor: { kind: 'silent' },
    meanwhile: 'leaves at once',
    outcome: 'client_closed',
    errorCode: 'client_closed',
    ...nothing,
  },
  {
    ends: 'as the client leaves in the middle of the stream',
    vendor: ENDLESS,
    meanwhile: 'leaves in the middle',
    outcome: 'client_closed',
    errorCode: 'client_closed',
    ...partly,
  },
  {
    ends: 'as the client stops reading until the time is up',
    vendor: { kind: 'stream', events: Array<string>(400).fill(LARGE_EVENT), ending: 'silent' },
    upstream: { totalTimeoutMs: 1_500 },
    meanwhile: 'stops reading',
    outcome: 'client_closed',
    errorCode: 'client_closed',
    ...partly,
  },
  {
    ends: 'by a shutdown before the first byte',
    vendor: { kind: 'silent' },
    meanwhile: 'shutdown',
    outcome: 'interrupted',
    errorCode: 'shutting_down',
    ...nothing,
  },
  {
    ends: 'by a shutdown in the middle of the stream',
    vendor: ENDLESS,
    meanwhile: 'shutdown',
    outcome: 'interrupted',
    errorCode: 'shutting_down',
    ...partly,
  },
];

describe('a request', () => {
  let world: ProxyWorld;
  let vendor: FakeVendor;

  beforeAll(async () => {
    vendor = await FakeVendor.start({ kind: 'silent' });
  });
  afterAll(() => vendor.stop());
  beforeEach(async () => {
    vendor.renew();
    world = await pricedWorld(vendor);
  });
  afterEach(() => world.stop());

  const settings = (upstream: object = {}, metering: object = {}) =>
    world.putSettings({ routing: { attemptsMax: 1 }, upstream, metering });

  function clientOf(row: Row, reader: (answer: IncomingMessage) => void): SendOptions {
    let pieces = 0;
    return {
      onData: (incoming) => {
        pieces += 1;
        if (row.meanwhile === 'stops reading') reader(incoming.pause());
        if (row.meanwhile === 'leaves in the middle' && pieces === 5) incoming.destroy();
      },
    };
  }

  async function run(row: Row): Promise<void> {
    let reader: IncomingMessage | undefined;
    let pieces = 0;
    const options = clientOf(row, (incoming) => (reader = incoming));
    const answer = world.send(chat(row.stream ?? true), {
      onData: (incoming) => {
        pieces += 1;
        options.onData?.(incoming);
      },
    });
    answer.catch(() => undefined);
    await eventually(() => vendor.requests.length > 0 || world.journal.ends.length > 0, 'the vendor');
    if (row.meanwhile === 'leaves at once') world.server.closeAllConnections();
    if (row.meanwhile === 'shutdown') {
      await eventually(() => row.usageSource === 'none' || pieces > 3, 'words');
      await world.service.stop(1);
    }
    await eventually(() => world.journal.ends.length > 0, 'the record');
    reader?.destroy();
    await answer.catch(() => undefined);
  }

  it.each(ROWS)('that ends $ends has one record and one settled hold: $outcome', async (row) => {
    await settings(row.upstream);
    vendor.respond(row.vendor);
    await run(row);
    const { outcome, errorCode, usageSource } = row;
    const end = await theRecord(world);
    expect(end).toMatchObject({ outcome, errorCode, usageSource });
    // Charged when something was counted, and only then.
    expect([BigInt(end.charge) > 0n, BigInt(end.vendorCost) > 0n]).toEqual(
      usageSource === 'none' ? [false, false] : [true, true],
    );
    // Nothing of it goes on at the vendor.
    const endsItself = ['a whole', "a vendor's", "the vendor's", 'a cut'].some((way) =>
      row.ends.includes(way),
    );
    await eventually(() => endsItself || vendor.abortedCount === 1, 'the vendor to see the end');
  });

  it.each(['succeeded', 'upstream_cut', 'timed_out', 'client_closed'] as const)(
    'is charged nothing for a cut stream where the operator says so, and by our cost only: %s',
    async (outcome) => {
      const row = ROWS.findLast(
        (candidate) => candidate.outcome === outcome && candidate.usageSource !== 'none',
      );
      if (row === undefined) throw new Error('no such row');
      await settings(row.upstream, { chargeCutStreams: false });
      vendor.respond(row.vendor);
      await run(row);
      const end = await theRecord(world);
      const free = outcome === 'upstream_cut' || outcome === 'timed_out';
      expect(end.charge === '0').toBe(free);
      expect(end.usageSource === 'none').toBe(free);
      expect(BigInt(end.vendorCost)).toBeGreaterThan(0n);
    },
  );

  describe('whose vendor takes connections and says nothing', () => {
    let mute: Server;

    beforeEach(async () => {
      mute = createServer(() => undefined).listen(0, '127.0.0.1');
      await once(mute, 'listening');
    });
    afterEach(() => {
      mute.close();
    });

    it('ends by the time limit for connecting: timed_out', async () => {
      const { port } = mute.address() as AddressInfo;
      await settings({ connectTimeoutMs: 50 });
      await world.putChannel('c1', { baseUrl: `https://127.0.0.1:${port}/v1` });
      const answer = await world.send(chat(true));
      expect([answer.status, answer.json.error.code]).toEqual([504, 'upstream_timeout']);
      expect(await theRecord(world)).toMatchObject({ outcome: 'timed_out', charge: '0', ...nothing });
    });
  });

  it('whose client stops reading is read no further: its vendor keeps most of the answer', async () => {
    // 50 MB: more than the buffers between the two take.
    const events = 1_000;
    const row = ROWS.find(({ meanwhile }) => meanwhile === 'stops reading');
    if (row === undefined) throw new Error('no such row');
    await settings(row.upstream);
    vendor.respond({ kind: 'stream', events: Array<string>(events).fill(LARGE_EVENT), ending: 'silent' });
    await run(row);
    await eventually(() => vendor.abortedCount === 1, 'the vendor to see the end');
    expect(vendor.eventsTaken).toBeLessThan(events);
  });

  it('that a shutdown ends tells its client so in the stream, and blames no channel', async () => {
    await settings();
    vendor.respond(ENDLESS);
    let pieces = 0;
    const answer = world.send(chat(true), { onData: () => (pieces += 1) });
    await eventually(() => pieces > 3, 'words');
    await world.service.stop(1);
    expect((await answer).text).toContain('"code":"shutting_down"');
    const told = world.eventLog.published.filter(({ topic }) => topic === 'channel-observations');
    expect(JSON.stringify(told)).not.toMatch(/"failed":\{"/);
  });

  it('that asked for several choices ends with the last of them', async () => {
    await settings();
    const choice = (index: number, more: object) =>
      `data: ${JSON.stringify({ choices: [{ index, delta: { content: ' word' }, finish_reason: null, ...more }] })}\n\n`;
    const events = [choice(0, {}), choice(1, {}), choice(0, { finish_reason: 'stop' }), choice(1, {})];
    vendor.respond({ kind: 'stream', events, intervalMs: 5, ending: 'cut' });
    const answer = await world.send({ ...chat(true), n: 2 });
    expect(answer.text).toContain('upstream_cut');
    expect(await theRecord(world)).toMatchObject({ outcome: 'upstream_cut', ...partly });
  });

  it('that breaks off is counted as its input and the words that came', async () => {
    await settings();
    vendor.respond(begun('cut'));
    await world.send(chat(true));
    const { usage } = await theRecord(world);
    expect(usage.input).toBe(7);
    expect(usage.output).toBeGreaterThanOrEqual(BEGINNING.length - 2);
    expect(usage.output).toBeLessThanOrEqual(BEGINNING.length + 1);
  });
});
