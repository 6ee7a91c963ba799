import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chatVendor, eventually, type FakeVendor, type VendorScript } from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import { ProxyWorld, type SendOptions } from '../test-support/proxy-world.js';
import { VendorPair } from '../test-support/vendor-pair.js';

const good = (text: string) => chatVendor([text], USAGE);
const SILENT = { kind: 'silent' } as const;
const refusal = (status: number, error: object = { message: 'no' }) =>
  ({ kind: 'answer', status, body: { error } }) as const;
const LATE = JSON.stringify({
  ...{ id: 'c', object: 'chat.completion', created: 1, model: 'gpt-4o' },
  choices: [{ index: 0, message: { role: 'assistant', content: 'late' }, finish_reason: 'stop' }],
  usage: { ...USAGE, total_tokens: 30 },
});

/** A vendor that answers when the test says so. */
class HeldVendor {
  readonly answers: ServerResponse[] = [];
  readonly server: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => this.answers.push(response));
  });

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }
  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
  answer(status: number, body: string): void {
    this.answers[0]?.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }
}

describe('a request that is hedged', () => {
  let world: ProxyWorld;
  let pair: VendorPair;
  let first: FakeVendor;
  let second: FakeVendor;
  let held: HeldVendor;

  beforeAll(async () => {
    pair = await VendorPair.start();
    ({ first, second } = pair);
  });
  afterAll(() => pair.stop());

  beforeEach(async () => {
    pair.renew();
    held = new HeldVendor();
    await held.start();
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', first, { priority: 10 });
      await made.putChannel('c2', second);
      await made.putPrice('gpt-4o', { input: '2.50', output: '10.00' });
    });
    await world.putModel('gpt-4o', { hedge: { afterMs: 1 } });
  });
  afterEach(async () => {
    await world.stop();
    held.stop();
  });

  const ask = (more: object = {}, options: SendOptions = {}) =>
    world.send({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], ...more }, options);
  const vendors = (one: VendorScript, other: VendorScript): void => {
    first.respond(one);
    second.respond(other);
  };
  /** The first channel's vendor is the held one. */
  const holdFirst = (more: object = {}) => world.putChannel('c1', held, { priority: 10, ...more });
  const asked = () => [first.requests.length, second.requests.length];
  const bothAsked = () =>
    eventually(() => held.answers.length === 1 && second.requests.length === 1, 'both to be asked');
  const record = async () => {
    await eventually(() => world.journal.ends.length > 0, 'the record');
    expect([world.journal.starts.length, world.journal.ends.length]).toEqual([1, 1]);
    return world.journal.ends[0];
  };
  const textOf = ({ json }: Awaited<ReturnType<typeof ask>>) => json.choices[0].message.content;
  const metric = async (name: string) => {
    const read = await world.metrics.getSingleMetric(name)?.get();
    return read?.values.map(({ labels, value }) => [labels['channel'], value]);
  };

  it('is answered by the second channel when the first is silent, which is cancelled at once', async () => {
    vendors(SILENT, good('second'));
    const answer = await ask();
    expect([answer.status, textOf(answer)]).toEqual([200, 'second']);
    await eventually(() => first.abortedCount === 1, 'the first vendor to be cancelled');
    expect(asked()).toEqual([1, 1]);
  });

  it('has one record and is charged once, for what answered; both attempts are counted', async () => {
    vendors(SILENT, good('second'));
    await ask();
    expect(await record()).toMatchObject({
      ...{ outcome: 'succeeded', attempts: 2, channel: { id: 'c2' }, charge: '150000' },
      ...{ usage: { input: 20, output: 10 }, vendorCost: '120000' },
    });
    expect(world.admission.holds).toHaveLength(1);
    expect(world.admission.settled).toEqual([150_000n]);
  });

  it('shows what the vendor that lost may charge, which nobody is billed for', async () => {
    vendors(SILENT, good('second'));
    await ask();
    await record();
    expect(await metric('tollgate_hedges_lost_total')).toEqual([['channel-c1', 1]]);
    expect(await metric('tollgate_hedges_lost_cost_usd_total')).toEqual([['channel-c1', 0.00012]]);
  });

  it('is answered by the first channel, and recorded with it, when that is faster after all', async () => {
    await holdFirst({ models: [{ name: 'gpt-4o', upstream: 'of-the-first', cost: null }] });
    second.respond(SILENT);
    const asking = ask();
    await bothAsked();
    held.answer(200, LATE);
    expect(textOf(await asking)).toBe('late');
    await eventually(() => second.abortedCount === 1, 'the second vendor to be cancelled');
    expect(await record()).toMatchObject({
      ...{ attempts: 2, channel: { id: 'c1' }, upstreamModel: 'of-the-first', charge: '150000' },
    });
  });

  it('waits for the second channel when the first fails meanwhile', async () => {
    await holdFirst();
    const other = new HeldVendor();
    await other.start();
    await world.putChannel('c2', other);
    const asking = ask();
    await eventually(() => held.answers.length + other.answers.length === 2, 'both to be asked');
    held.answer(500, '{}');
    other.answer(200, LATE);
    const answer = await asking;
    expect([answer.status, textOf(answer)]).toEqual([200, 'late']);
    expect(await record()).toMatchObject({ attempts: 2, channel: { id: 'c2' } });
    other.stop();
  });

  it('waits for the first channel when the second fails', async () => {
    await holdFirst();
    second.respond(refusal(500));
    const asking = ask();
    await bothAsked();
    held.answer(200, LATE);
    expect(textOf(await asking)).toBe('late');
    expect(await record()).toMatchObject({ attempts: 2, channel: { id: 'c1' } });
  });

  it('goes on to a third channel when both fail, and to none beyond the attempts that it has', async () => {
    await holdFirst();
    second.respond(refusal(500));
    await world.putChannel('c3', first, { priority: -1 });
    first.respond(good('third'));
    const asking = ask();
    await bothAsked();
    held.answer(500, '{}');
    expect(textOf(await asking)).toBe('third');
    expect(await record()).toMatchObject({ attempts: 3, channel: { id: 'c3' } });
    await world.putSettings({ routing: { attemptsMax: 1 } });
    vendors(good('never'), good('never'));
    const alone = ask();
    await eventually(() => held.answers.length === 2, 'the first to be asked alone');
    held.answers[1]?.writeHead(500).end();
    expect((await alone).status).toBe(502);
    expect(asked()).toEqual([1, 1]);
  });

  it("passes a vendor's refusal of the request on at once, and cancels the other", async () => {
    vendors(SILENT, refusal(400, { message: 'temperature must be below 2', code: 'invalid_value' }));
    const answer = await ask();
    expect([answer.status, answer.json.error.message]).toEqual([400, 'temperature must be below 2']);
    await eventually(() => first.abortedCount === 1, 'the first vendor to be cancelled');
    expect(await record()).toMatchObject({ outcome: 'failed', attempts: 2, charge: '0' });
  });

  it('cancels both when its client leaves, with one record', async () => {
    await holdFirst();
    second.respond(SILENT);
    let closed = false;
    const asking = ask().catch(() => undefined);
    await bothAsked();
    held.answers[0]?.on('close', () => (closed = true));
    world.server.closeAllConnections();
    await asking;
    await eventually(() => closed && second.abortedCount === 1, 'both vendors to be cancelled');
    expect(await record()).toMatchObject({ outcome: 'client_closed', attempts: 2, charge: '0' });
    expect(world.admission.settled).toEqual([0n]);
  });

  it('leaves nothing under way at its channels', async () => {
    await world.putChannel('c1', first, { priority: 10, inFlightMax: 1 });
    vendors(SILENT, good('second'));
    await ask();
    first.respond(good('first'));
    await world.putModel('gpt-4o', {});
    expect(textOf(await ask())).toBe('first');
  });

  it('lets the first vendor finish for its exact usage when its client leaves and the operator wants that', async () => {
    await world.putSettings({ upstream: { onClientClose: 'drain' } });
    await holdFirst();
    second.respond(SILENT);
    const asking = ask().catch(() => undefined);
    await bothAsked();
    world.server.closeAllConnections();
    await asking;
    await eventually(() => second.abortedCount === 1, 'the second vendor to be cancelled');
    held.answer(200, LATE);
    expect(await record()).toMatchObject({ outcome: 'client_closed', attempts: 2, charge: '150000' });
  });
});
