import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { GatewayError, systemClock, type FallbackCondition } from '@tollgate/contracts';
import type { ClientRequest } from '../http/client-request.js';
import type { ProxyMetrics } from '../observation/proxy-metrics.js';
import type { Attempts } from './attempts.js';
import { HedgedAttempt, type Answered, type Asked } from './hedged-attempt.js';
import type { MeteredRequest } from './metered-request.js';
import type { Passage } from './passage.js';
import type { RelayResult } from './relay-result.js';
import { Relay, type RelayClient } from './relay.js';

const AFTER_MS = 100;
const HEADERS = { 'content-type': 'application/json' };

/** One vendor's side of the race. */
class Vendor {
  aborted = false;
  relay: Relay | undefined;

  constructor(readonly name: string) {}

  ask(client: RelayClient, withheld: readonly FallbackCondition[]): Promise<RelayResult> {
    return new Promise((resolve) => {
      const passage = {
        ...{ warnings: [], piecemeal: false, encodeRefusal: () => undefined },
        readWhole: (body: Buffer) => ({ ...{ body, contentType: undefined, usage: undefined }, ...NOTHING }),
        decodeError: (_status: number, body: Buffer) => JSON.parse(body.toString()) as object,
      } as unknown as Passage;
      this.relay = new Relay({
        ...{ client, passage, streamed: false, failures: undefined, drain: undefined, withheld },
        listener: { firstByte: () => undefined, result: resolve },
        clock: systemClock,
      });
      const exchange = { abort: () => (this.aborted = true), pause: () => {}, resume: () => {} };
      this.relay.follow(exchange);
    });
  }
  begin(status = 200): void {
    this.relay?.response(status, HEADERS);
  }
  finish(body = this.name): void {
    this.relay?.data(Buffer.from(body));
    this.relay?.end();
  }
  fail(): void {
    this.relay?.error(new GatewayError('upstream_cut', `${this.name} is cut.`, { retry: 'next-channel' }));
  }
}
const NOTHING = { text: undefined, responseId: null, warnings: [] };

describe('a hedged attempt', () => {
  let first: Vendor;
  let second: Vendor;
  let sent: string[];
  let counted: string[];
  let lost: string[];
  let client: { closed: boolean; answered: boolean; closeListener: ClientRequest['closeListener'] };
  /** Called when the second is to be prepared; decides when, and as what, it is. */
  let prepare: () => Promise<Asked | undefined>;
  let ended: Promise<Answered>;
  /** Whether the second's channel takes another request. */
  let room: boolean;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    first = new Vendor('first');
    second = new Vendor('second');
    [sent, counted, lost] = [[], [], []];
    room = true;
    client = Object.assign(
      { closed: false, answered: false, closeListener: undefined },
      {
        begin: () => (client.answered = true),
        end: (body: Buffer) => sent.push(body.toString()),
        endWithTurn: (body: Buffer) => sent.push(body.toString()),
        refuse: (error: GatewayError) => sent.push(error.code),
      },
    );
    prepare = () => Promise.resolve(askedOf(second));
    start();
  });
  afterEach(() => void jest.useRealTimers());

  const askedOf = ({ name }: Vendor) => {
    const channel = { name, models: new Map([['m', { upstream: 'm', cost: null }]]) };
    return { attempt: { channel, model: 'm' }, prepared: { passage: { warnings: [] } } } as unknown as Asked;
  };
  const start = () => {
    const attempts = {
      run: (lane: RelayClient, _metered: unknown, { channel }: Asked['attempt']) =>
        (channel.name === 'first' ? first : second).ask(lane, ['context-window']),
      withRoom: (_channel: unknown, prepared: unknown) => (room ? prepared : undefined),
    };
    const metered = { answeredBy: ({ name }: { name: string }) => counted.push(name) };
    const metrics = { hedgeLost: (channel: string) => lost.push(channel) };
    ended = new HedgedAttempt(attempts as unknown as Attempts, metrics as unknown as ProxyMetrics, {
      client: client as unknown as ClientRequest,
      metered: metered as unknown as MeteredRequest,
      first: askedOf(first),
      afterMs: AFTER_MS,
      second: () => prepare(),
    }).run();
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const pass = async (milliseconds: number) => {
    jest.advanceTimersByTime(milliseconds);
    await settled();
  };
  const outcome = async () => {
    const { attempt, result } = await ended;
    return [attempt.channel.name, result.kind];
  };

  it('asks nobody else before its time, nor after the first has failed', async () => {
    await pass(AFTER_MS - 1);
    expect(second.relay).toBeUndefined();
    first.fail();
    expect(await outcome()).toEqual(['first', 'failed']);
    await pass(AFTER_MS);
    expect(second.relay).toBeUndefined();
  });

  it('asks nobody else once the first has begun to answer, however long that takes', async () => {
    first.begin();
    await pass(10 * AFTER_MS);
    expect(second.relay).toBeUndefined();
    first.finish();
    expect(await outcome()).toEqual(['first', 'answered']);
  });

  it('lets the first answer win, and only that reaches the client', async () => {
    await pass(AFTER_MS);
    second.begin();
    first.begin();
    first.finish();
    second.finish();
    expect(await outcome()).toEqual(['first', 'answered']);
    expect([sent, counted, lost, second.aborted]).toEqual([['first'], ['first'], ['second'], true]);
  });

  it('asks nobody else where the second has no room', async () => {
    room = false;
    await pass(AFTER_MS);
    expect(second.relay).toBeUndefined();
    first.begin();
    first.finish();
    expect(await outcome()).toEqual(['first', 'answered']);
  });

  it('asks nobody else when the first answers while the second is being prepared', async () => {
    let ready: (asked: Asked) => void = () => undefined;
    prepare = () => new Promise((resolve) => (ready = resolve));
    await pass(AFTER_MS);
    first.begin();
    first.finish();
    ready(askedOf(second));
    await settled();
    expect([await outcome(), second.relay]).toEqual([['first', 'answered'], undefined]);
  });

  it('asks the second when the first fails while that is being prepared', async () => {
    let ready: (asked: Asked | undefined) => void = () => undefined;
    prepare = () => new Promise((resolve) => (ready = resolve));
    await pass(AFTER_MS);
    first.fail();
    await settled();
    ready(askedOf(second));
    await settled();
    second.begin();
    second.finish();
    expect(await outcome()).toEqual(['second', 'answered']);
    expect(lost).toEqual([]);
  });

  it('fails as the first did when there turns out to be no second', async () => {
    let ready: (asked: Asked | undefined) => void = () => undefined;
    prepare = () => new Promise((resolve) => (ready = resolve));
    await pass(AFTER_MS);
    first.fail();
    await settled();
    ready(undefined);
    expect(await outcome()).toEqual(['first', 'failed']);
  });

  it('fails with what a vendor said of the request rather than with a failure that came last', async () => {
    await pass(AFTER_MS);
    second.begin(400);
    second.finish(JSON.stringify({ message: 'too long', code: 'context_length_exceeded' }));
    await settled();
    first.fail();
    const { result } = await ended;
    expect(result).toMatchObject({ kind: 'failed', refusal: 'context-window' });
    expect(sent).toEqual([]);
  });

  it('is abandoned once when the client leaves', async () => {
    await pass(AFTER_MS);
    client.closed = true;
    client.closeListener?.clientClosed();
    expect(await outcome()).toEqual(['first', 'abandoned']);
    expect([first.aborted, second.aborted, lost]).toEqual([true, true, ['second']]);
  });

  it('asks nobody for a client that left while the second was being prepared', async () => {
    let ready: (asked: Asked | undefined) => void = () => undefined;
    prepare = () => new Promise((resolve) => (ready = resolve));
    await pass(AFTER_MS);
    first.fail();
    await settled();
    client.closed = true;
    client.closeListener?.clientClosed();
    ready(askedOf(second));
    expect(await outcome()).toEqual(['first', 'failed']);
    expect(second.relay).toBeUndefined();
  });

  it('cancels what is under way when it breaks itself', async () => {
    prepare = () => Promise.reject(new Error('a defect'));
    const rejected = expect(ended).rejects.toThrow('a defect');
    await pass(AFTER_MS);
    await rejected;
    expect(first.aborted).toBe(true);
  });
});
