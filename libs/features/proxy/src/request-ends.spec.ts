import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalEnd } from '@tollgate/metering';
import { chatCompletion, chatStreamEvents, chatVendor, eventually, FakeVendor } from '@tollgate/testing';
import { ProxyWorld, type SendOptions } from '../test-support/proxy-world.js';

const USAGE = { prompt_tokens: 20, completion_tokens: 10 };
const OPENING = 1_000_000_000_000n;
const MANY = chatStreamEvents(
  Array.from({ length: 400 }, (_, index) => ` word${index}`),
  USAGE,
);
const BEGINNING = MANY.slice(0, 12);
const ERROR_EVENT = 'data: {"error":{"message":"The server is overloaded.","type":"server_error"}}\n\n';
const LARGE_EVENT = `data: {"choices":[{"delta":{"content":"${'x'.repeat(50_000)}"}}]}\n\n`;

type Script = Parameters<FakeVendor['respond']>[0];

interface Row {
  readonly ends: string;
  readonly vendor: Script;
  /** Default: a stream. */
  readonly stream?: boolean;
  readonly upstream?: object;
  /** What the client or the operator does meanwhile. */
  readonly meanwhile?: 'leaves at once' | 'leaves in the middle' | 'stops reading' | 'shutdown';
  readonly outcome: JournalEnd['outcome'];
  readonly errorCode: string | null;
  readonly usageSource: JournalEnd['usageSource'];
}

const endless: Script = { kind: 'stream', events: MANY, intervalMs: 5, ending: 'silent' };
const begun = (ending: 'cut' | 'silent'): Script => ({
  kind: 'stream',
  events: BEGINNING,
  intervalMs: 2,
  ending,
});
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
    vendor: endless,
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
    vendor: endless,
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
    vendor: endless,
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
    vendor.requests.length = 0;
    vendor.abortedCount = 0;
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', vendor);
      await made.putPrice('gpt-4o', { input: '2.50', output: '10.00', perCall: '0.001' });
    });
  });
  afterEach(() => world.stop());

  const chat = (stream: boolean) => ({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Hi' }],
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  });
  const settings = (upstream: object = {}, metering: object = {}) =>
    world.putSettings({ routing: { attemptsMax: 1 }, upstream, metering });

  /** One record and one settled hold, which agree. */
  async function theRecord(): Promise<JournalEnd> {
    const { journal, admission, service } = world;
    await eventually(() => service.dataPlane.inFlight === 0, 'the end');
    expect([journal.starts.length, journal.ends.length, admission.settled.length]).toEqual([1, 1, 1]);
    const [end] = journal.ends;
    if (end === undefined) throw new Error('there is no record');
    expect(end.id).toBe(journal.starts[0]?.id);
    expect(admission.settled[0]).toBe(BigInt(end.charge));
    expect(admission.available).toBe(OPENING - BigInt(end.charge));
    return end;
  }

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
    const end = await theRecord();
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
      const end = await theRecord();
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
      expect(await theRecord()).toMatchObject({ outcome: 'timed_out', charge: '0', ...nothing });
    });
  });

  describe('whose client leaves, where the vendor may finish', () => {
    const words = (count: number) => Array.from({ length: count }, (_, index) => ` word${index}`);
    const settle = (drainTimeoutMs = 30_000) => settings({ onClientClose: 'drain', drainTimeoutMs });
    const leave = async (stream: boolean) => {
      let pieces = 0;
      const answer = world.send(chat(stream), {
        onData: (incoming) => {
          pieces += 1;
          if (pieces === 3) incoming.destroy();
        },
      });
      answer.catch(() => undefined);
      await eventually(() => vendor.requests.length > 0, 'the vendor');
      if (!stream) world.server.closeAllConnections();
      await eventually(() => world.journal.ends.length > 0, 'the record');
    };

    it('pays exactly what the vendor counted', async () => {
      await settle();
      vendor.respond({ kind: 'stream', events: chatStreamEvents(words(40), USAGE), intervalMs: 5 });
      await leave(true);
      expect(await theRecord()).toMatchObject({
        outcome: 'client_closed',
        usageSource: 'vendor',
        usage: { input: 20, output: 10 },
      });
      expect(vendor.abortedCount).toBe(0);
    });

    it('pays for an answer in one piece that it did not wait for', async () => {
      await settle();
      vendor.respond({ ...chatCompletion('Hello', USAGE), delayMs: 200 } as Script);
      await leave(false);
      expect(await theRecord()).toMatchObject({
        outcome: 'client_closed',
        usageSource: 'vendor',
        firstByteMs: null,
        usage: { input: 20, output: 10 },
      });
    });

    it.each<[string, Script, JournalEnd['usageSource']]>([
      ['breaks off', begun('cut'), 'partial'],
      ['refuses', { kind: 'answer', status: 429, body: { error: { message: 'no' } }, delayMs: 100 }, 'none'],
    ])(
      'pays what was produced when the vendor %s, and no other vendor is asked',
      async (_how, script, source) => {
        await world.putSettings({ routing: { attemptsMax: 3 }, upstream: { onClientClose: 'drain' } });
        await world.putChannel('c2', vendor);
        vendor.respond(script);
        await leave(source === 'partial');
        expect(await theRecord()).toMatchObject({ outcome: 'client_closed', usageSource: source });
        expect(vendor.requests).toHaveLength(1);
      },
    );

    it.each<[string, Script, number]>([
      ['takes too long', endless, 100],
      [
        'says too much',
        { kind: 'stream', events: Array<string>(600).fill(LARGE_EVENT), ending: 'silent' },
        30_000,
      ],
    ])(
      'pays what was produced until the vendor %s, and is cancelled',
      async (_how, script, drainTimeoutMs) => {
        await settle(drainTimeoutMs);
        vendor.respond(script);
        await leave(true);
        expect(await theRecord()).toMatchObject({ outcome: 'client_closed', usageSource: 'partial' });
        await eventually(() => vendor.abortedCount === 1, 'the vendor to see the end');
      },
    );

    it('is put on the books when the gateway stops meanwhile', async () => {
      await settle();
      vendor.respond(endless);
      const left = leave(true);
      await eventually(() => vendor.requests.length > 0, 'the vendor');
      await new Promise((resolve) => setTimeout(resolve, 100));
      await world.service.stop(1);
      await left;
      expect((await theRecord()).usageSource).toBe('partial');
    });
  });

  it('that asked for several choices ends with the last of them', async () => {
    await settings();
    const choice = (index: number, more: object) =>
      `data: ${JSON.stringify({ choices: [{ index, delta: { content: ' word' }, finish_reason: null, ...more }] })}\n\n`;
    const events = [choice(0, {}), choice(1, {}), choice(0, { finish_reason: 'stop' }), choice(1, {})];
    vendor.respond({ kind: 'stream', events, intervalMs: 5, ending: 'cut' });
    const answer = await world.send({ ...chat(true), n: 2 });
    expect(answer.text).toContain('upstream_cut');
    expect(await theRecord()).toMatchObject({ outcome: 'upstream_cut', ...partly });
  });

  it('that breaks off is counted as its input and the words that came', async () => {
    await settings();
    vendor.respond(begun('cut'));
    await world.send(chat(true));
    const { usage } = await theRecord();
    expect(usage.input).toBe(7);
    expect(usage.output).toBeGreaterThanOrEqual(BEGINNING.length - 2);
    expect(usage.output).toBeLessThanOrEqual(BEGINNING.length + 1);
  });
});
