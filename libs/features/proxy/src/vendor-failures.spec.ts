import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { channelStatusKey } from '@tollgate/contracts';
import { chatStreamEvents, eventually, type FakeVendor, type FakeDocumentStore } from '@tollgate/testing';
import { ChatGround, CHARGE, chat, OPENING, USAGE } from '../test-support/chat-ground.js';
import {
  settled,
  type ProxyWorld,
  type Answer,
  type MemoryAdmission,
  type MemoryJournal,
  type SendOptions,
} from '../test-support/proxy-world.js';

describe('the proxy', () => {
  let world: ProxyWorld;
  let documents: FakeDocumentStore;
  let journal: MemoryJournal;
  let admission: MemoryAdmission;
  let vendor: FakeVendor;
  let second: FakeVendor;

  let ground: ChatGround;

  beforeAll(async () => {
    ground = await ChatGround.start();
    ({ vendor, second } = ground);
  });
  afterAll(() => ground.stop());
  beforeEach(async () => {
    world = await ground.renew();
    ({ documents, journal, admission } = world);
  });
  afterEach(() => world.stop());

  const send = (body: unknown, options?: SendOptions): Promise<Answer> => world.send(body, options);
  const putStatus = async (state: string, retryAt: number) => {
    const status = { channelId: 'c1', state, reason: 'tests', since: 0, retryAt };
    await documents.bucket('health').put(channelStatusKey('c1'), status);
    await settled();
  };

  describe('when a vendor fails before its answer has begun', () => {
    beforeEach(() =>
      world.putChannel('c2', second).then(() => new Promise((resolve) => setImmediate(resolve))),
    );

    it.each<[string, Parameters<FakeVendor['respond']>[0]]>([
      ['500', { kind: 'answer', status: 500, body: { error: { message: 'boom' } } }],
      ['429', { kind: 'answer', status: 429, body: { error: { message: 'slow down' } } }],
      ['401', { kind: 'answer', status: 401, body: { error: { message: 'bad key sk-up' } } }],
      ['404', { kind: 'answer', status: 404, body: { error: { message: 'no such model' } } }],
      ['a cut connection', { kind: 'cut' }],
      ['garbage', { kind: 'answer', body: '<html>sorry</html>' }],
      ['an error with status 200', { kind: 'answer', body: { error: { message: 'boom' } } }],
    ])('tries the next channel after %s', async (_what, behaviour) => {
      vendor.respond(behaviour);
      const answer = await send(chat());
      expect(answer.status).toBe(200);
      expect(journal.ends).toEqual([
        expect.objectContaining({ channel: { id: 'c2', name: 'channel-c2' }, attempts: 2, charge: CHARGE }),
      ]);
    });

    it('tries the next channel when a stream breaks off before its first event', async () => {
      vendor.respond({ kind: 'stream', events: [], ending: 'cut' });
      const answer = await send(chat({ stream: true }));
      expect(answer.text).toContain('Hello');
      expect(journal.ends).toHaveLength(1);
    });

    it('tries the next channel when a stream begins with an error', async () => {
      vendor.respond({ kind: 'stream', events: ['data: {"error":{"message":"overloaded"}}\n\n'] });
      const answer = await send(chat({ stream: true }));
      expect(answer.text).toContain('Hello');
    });

    it('tries the next channel when a vendor does not begin in time', async () => {
      await world.putSettings({ upstream: { firstByteTimeoutMs: 50 } });
      vendor.respond({ kind: 'silent' });
      expect((await send(chat())).status).toBe(200);
    });

    it('tries the next channel when an error does not end, without waiting for it', async () => {
      const body = 'x'.repeat(200_000);
      vendor.respond({ kind: 'answer', status: 500, body, headers: { 'content-length': '100000000' } });
      const startedAt = performance.now();
      expect((await send(chat())).status).toBe(200);
      expect(second.requests).toHaveLength(1);
      // The vendor closes its connection after 5 s.
      expect(performance.now() - startedAt).toBeLessThan(4_000);
    });

    it('does not try on when the request itself is at fault, and passes the vendor’s words', async () => {
      const body = { error: { message: 'messages: too short', type: 'invalid_request_error', code: 'x' } };
      vendor.respond({ kind: 'answer', status: 400, body });
      const answer = await send(chat());
      expect([answer.status, answer.json]).toEqual([400, body]);
      expect(second.requests).toHaveLength(0);
      expect(journal.ends[0]).toMatchObject({ outcome: 'failed', charge: '0', usageSource: 'none' });
    });

    it('stops at the limit of attempts', async () => {
      await world.putSettings({ routing: { attemptsMax: 1 } });
      vendor.respond({ kind: 'cut' });
      const answer = await send(chat());
      expect([answer.status, answer.json.error.code]).toEqual([502, 'upstream_unreachable']);
      expect(second.requests).toHaveLength(0);
    });

    it.each([
      { 'retry-after-ms': '6500' },
      { 'retry-after': 'Fri, 27 Nov 2026 12:00:07 GMT', date: 'Fri, 27 Nov 2026 12:00:00 GMT' },
    ])('tells when the vendor wants to be asked again: %j', async (headers) => {
      await world.putSettings({ routing: { attemptsMax: 1 } });
      vendor.respond({ kind: 'answer', status: 429, body: {}, headers });
      expect((await send(chat())).headers['retry-after']).toBe('7');
    });

    it('tells the last failure when every channel failed, and charges nothing', async () => {
      vendor.respond({ kind: 'cut' });
      second.respond({ kind: 'answer', status: 429, body: {}, headers: { 'retry-after': '7' } });
      const answer = await send(chat());
      expect([answer.status, answer.json.error.code, answer.headers['retry-after']]).toEqual([
        429,
        'upstream_rate_limited',
        '7',
      ]);
      expect(journal.ends).toEqual([
        expect.objectContaining({ outcome: 'failed', charge: '0', attempts: 2 }),
      ]);
      expect(admission.available).toBe(OPENING);
    });

    it('never repeats the vendor’s words about a credential', async () => {
      for (const fake of [vendor, second])
        fake.respond({ kind: 'answer', status: 401, body: { error: { message: 'bad key sk-up-c1' } } });
      const answer = await send(chat());
      expect(answer.json.error.code).toBe('upstream_unauthorized');
      expect(answer.text).not.toContain('sk-up');
    });

    it('leaves an open channel alone until its trial is long due, or health is switched off', async () => {
      await putStatus('open', Date.now() + 60_000);
      await send(chat());
      expect([vendor.requests.length, second.requests.length]).toEqual([0, 1]);
      await putStatus('open', Date.now() - 60_000);
      await send(chat());
      expect(vendor.requests).toHaveLength(1);
      await putStatus('open', Date.now() + 60_000);
      await world.putSettings({ health: { enabled: false } });
      await send(chat());
      expect(vendor.requests).toHaveLength(2);
    });
  });

  describe('when a vendor fails in the middle of a stream', () => {
    const words = chatStreamEvents(['Hello', ' there'], null).slice(0, 3);

    it('ends the stream with an error event, and charges what reached the client', async () => {
      vendor.respond({ kind: 'stream', events: words, intervalMs: 5, ending: 'cut' });
      const answer = await send(chat({ stream: true }));
      const events = answer.text.split('\n\n').filter((event) => event !== '');
      expect(events.slice(0, 3).join('\n\n') + '\n\n').toBe(words.join(''));
      expect(JSON.parse(events.at(-1)!.slice(6)).error.code).toBe('upstream_cut');
      await eventually(() => journal.ends.length === 1, 'the record');
      expect(journal.ends).toEqual([
        expect.objectContaining({ outcome: 'upstream_cut', charge: '47500', usageSource: 'partial' }),
      ]);
      expect(admission.available).toBe(OPENING - 47_500n);
    });

    it('tells a vendor that falls silent', async () => {
      await world.putSettings({ upstream: { idleTimeoutMs: 50 } });
      vendor.respond({ kind: 'stream', events: words, ending: 'silent' });
      const answer = await send(chat({ stream: true }));
      expect(answer.text).toContain('upstream_timeout');
      await eventually(() => journal.ends.length === 1, 'the record');
      expect(journal.ends[0]).toMatchObject({ outcome: 'timed_out', usageSource: 'partial' });
    });

    it('takes a stream that said it was complete for complete, however its connection ended', async () => {
      vendor.respond({ kind: 'stream', events: chatStreamEvents(['Hello'], USAGE), ending: 'cut' });
      const answer = await send(chat({ stream: true, stream_options: { include_usage: true } }));
      expect(answer.text).not.toContain('upstream_cut');
      expect(journal.ends[0]).toMatchObject({ outcome: 'succeeded', charge: CHARGE });
    });
  });
});
