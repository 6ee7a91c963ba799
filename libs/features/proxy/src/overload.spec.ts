import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { chatCompletion, chatStreamEvents, eventually, FakeVendor } from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import { KEYED, ProxyWorld, SECRET, type Answer } from '../test-support/proxy-world.js';

const WORDS = Array.from({ length: 20 }, (_, index) => ` word${index}`);

describe('requests', () => {
  let world: ProxyWorld;
  let vendor: FakeVendor;

  const start = async (limits: Parameters<typeof ProxyWorld.start>[2]): Promise<void> => {
    world = await ProxyWorld.start(
      async (made) => {
        await made.putChannel('c1', vendor);
        await made.putPrice('gpt-4o', { input: '2.50', output: '10.00' });
      },
      undefined,
      limits,
    );
  };
  const chat = (content = 'Hi') => ({ model: 'gpt-4o', messages: [{ role: 'user', content }] });

  beforeAll(async () => {
    vendor = await FakeVendor.start({ kind: 'silent' });
  });
  afterAll(() => vendor.stop());
  afterEach(() => world.stop());

  it('beyond the bound of requests under way are refused, and what is under way goes on', async () => {
    await start({ inFlightMax: 1 });
    vendor.respond({ kind: 'stream', events: chatStreamEvents(WORDS, USAGE), intervalMs: 10 });
    let begun = false;
    const onData = (): void => void (begun = true);
    const stream = world.send({ ...chat(), stream: true }, { onData });
    await eventually(() => begun, 'the stream');
    expect(refusal(await world.send(chat()))).toEqual([503, 'overloaded', '1']);
    const messages = await world.send(chat(), { path: '/v1/messages' });
    expect([messages.status, messages.json.error.type]).toEqual([529, 'overloaded_error']);
    for (const path of ['/v1/models', '/healthz', '/readyz'])
      expect((await world.send(undefined, { path, method: 'GET' })).status).toBe(200);
    expect((await stream).text).toContain('word19');
    vendor.respond(chatCompletion('Hello', USAGE));
    await eventually(() => world.service.dataPlane.inFlight === 0, 'the end of the stream');
    expect((await world.send(chat())).status).toBe(200);
    expect(world.journal.ends).toHaveLength(2);
    expect(await world.metrics.metrics()).toMatch(
      /tollgate_overload_refused_total\{[^}]*reason="in_flight"[^}]*\} 2\n/,
    );
  });

  it('whose bodies do not fit into memory are refused, announced or not', async () => {
    await start({ bodiesBytesMax: 50_000 });
    vendor.respond({ kind: 'stream', events: chatStreamEvents(WORDS, USAGE), intervalMs: 10 });
    const large = { ...chat('x'.repeat(30_000)), stream: true };
    const first = world.send(large);
    await eventually(() => world.service.dataPlane.inFlight === 1, 'the first request');
    await eventually(() => world.admission.holds.length === 1, 'its body');
    expect(refusal(await world.send(large))).toEqual([503, 'overloaded', '1']);
    const chunked = { ...KEYED, 'transfer-encoding': 'chunked' };
    expect(refusal(await world.send(large, { headers: chunked }))).toEqual([503, 'overloaded', '1']);
    expect((await first).status).toBe(200);
    expect((await world.send(large)).status).toBe(200);
  });

  it('that are refused are so before their body is read, and keep their connection', async () => {
    await start({ inFlightMax: 0 });
    const socket = connect(world.port, '127.0.0.1');
    try {
      for (const answer of await sent(socket, 2)) {
        expect(answer).toContain('HTTP/1.1 503');
        expect(answer).not.toContain('connection: close');
      }
    } finally {
      socket.destroy();
    }
  });
});

function refusal({ status, json, headers }: Answer): unknown[] {
  return [status, json.error.code, headers['retry-after']];
}

/** One request after the other on one connection; each body comes behind its answer. */
async function sent(socket: Socket, count: number): Promise<string[]> {
  const answers: string[] = [];
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SECRET}\r\n`;
  while (answers.length < count) {
    socket.write(`${head}content-length: 2\r\n\r\n`);
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    answers.push(bytes.toString());
    socket.write('{}');
  }
  return answers;
}
