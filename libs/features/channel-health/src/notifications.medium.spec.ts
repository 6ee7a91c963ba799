import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { organizationDocumentKey, SETTINGS_DOCUMENT_KEY } from '@tollgate/contracts';
import { eventually, WebhookReceiver } from '@tollgate/testing';
import { SMTPServer } from 'smtp-server';
import { HealthWorld, type Replica, SECOND } from '../test-support/health-world.js';

jest.setTimeout(30_000);

let world: HealthWorld;
let hook: WebhookReceiver;

beforeAll(async () => {
  world = await HealthWorld.create();
  hook = await WebhookReceiver.start();
});
afterAll(async () => {
  hook.stop();
  await world.drop();
});
beforeEach(() => hook.forget());
afterEach(() => world.reset());

const tell = (...notifications: readonly object[]) =>
  world.documents.bucket('config').put(SETTINGS_DOCUMENT_KEY, { health: { notifications } });
const rule = (changes: object = {}) => ({
  ...{ name: 'operators', on: ['incident-opened', 'incident-closed'], webhook: { url: hook.url } },
  ...changes,
});
const start = (more: object = {}) => world.start({ allowPrivateWebhooks: true, ...more });
const shown = async (replica: Replica) => (await world.get(replica, '/notifications')).json().items;

/** Rounds follow until everything that is due has been tried. */
async function settled(
  replica: Replica,
  count: number,
  attempts = 1,
): Promise<Readonly<Record<string, unknown>>[]> {
  return eventually(async () => {
    await replica.judge.judgeNow();
    const items = await shown(replica);
    const isDone =
      items.length === count && items.every((item: { attempts: number }) => item.attempts >= attempts);
    return isDone ? items : undefined;
  }, `${count} notifications`);
}

describe('a webhook', () => {
  it('is told of an incident, signed with the secret of its rule', async () => {
    const id = await world.configure('main');
    await tell(rule());
    const replica = await start();
    const failedOrganizations = ['o1', 'o2'];
    await world.observe(replica, id, { failed: { upstream_error: 10 }, failedOrganizations });
    const [notification] = await settled(replica, 1);
    expect(notification).toMatchObject({
      ...{ rule: 'operators', kind: 'incident-opened', channelId: id, attempts: 1 },
      ...{ nextAttemptAt: null, lastError: null, deliveredAt: expect.any(String) },
    });

    const { headers, body } = hook.received[0]!;
    expect(JSON.parse(body)).toEqual({
      ...{ id: notification!.id, type: 'incident-opened', rule: 'operators', createdAt: expect.any(String) },
      channel: { id, name: 'main' },
      summary: 'Channel main rests: 10 of 10 requests failed in 60 s (upstream_error).',
      data: {
        ...{ incidentId: expect.any(String), credential: null, model: null },
        ...{ affectedRequests: 10, affectedOrganizations: 2 },
        cause: '10 of 10 requests failed in 60 s (upstream_error).',
        ...{ startedAt: expect.any(String), endedAt: null },
      },
    });
    expect(headers['x-tollgate-notification-id']).toBe(notification!.id);
    const { secret } = (await world.get(replica, '/notifications/operators/secret')).json();
    const [, seconds, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-tollgate-signature']))!;
    expect(Number(seconds)).toBe(Math.floor(world.clock.now() / 1_000));
    expect(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')).toBe(digest);
  });

  it('is tried again, later each time, until it takes the notification', async () => {
    const id = await world.configure('main');
    await tell(rule({ on: ['incident-opened'] }));
    hook.statuses.push(500, 302);
    const replica = await start();
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    const [first] = await settled(replica, 1);
    expect(first).toMatchObject({
      ...{ deliveredAt: null, lastError: 'the webhook answered with status 500' },
      nextAttemptAt: new Date(world.clock.now() + 5 * SECOND).toISOString(),
    });

    await world.pass(replica, 4 * SECOND);
    await replica.judge.judgeNow();
    expect(hook.received).toHaveLength(1);
    await world.pass(replica, SECOND);
    const [second] = await settled(replica, 1, 2);
    expect(second).toMatchObject({ nextAttemptAt: new Date(world.clock.now() + 10 * SECOND).toISOString() });

    // The replica dies before it could try again: another one goes on.
    await replica.stop();
    world.clock.advance(10 * SECOND);
    const other = await start();
    const [third] = await settled(other, 1, 3);
    expect(third).toMatchObject({ attempts: 3, deliveredAt: expect.any(String), lastError: null });
    expect(new Set(hook.received.map(({ headers }) => headers['x-tollgate-notification-id'])).size).toBe(1);
  });

  it('at a private address is not posted to unless the operator allows them', async () => {
    const id = await world.configure('main');
    await tell(rule());
    const replica = await start({ allowPrivateWebhooks: false });
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    const [notification] = await settled(replica, 1);
    expect(notification).toMatchObject({
      deliveredAt: null,
      lastError: expect.stringContaining('127.0.0.1'),
    });
    expect(hook.received).toEqual([]);
  });
});

describe('a rule', () => {
  it('tells of its own channels and kinds only', async () => {
    const [main, other] = [await world.configure('main'), await world.configure('other')];
    await tell(
      rule({ name: 'main only', channels: ['main'], on: ['incident-opened'] }),
      rule({ name: 'ends', on: ['incident-closed'] }),
    );
    const replica = await start();
    await world.observe(replica, main, { failed: { upstream_error: 10 }, failedOrganizations: ['o1'] });
    await world.observe(replica, other, { failed: { upstream_error: 10 } });
    expect(await settled(replica, 1)).toMatchObject([{ rule: 'main only', channelId: main }]);

    await world.pass(replica, 10 * SECOND);
    await world.observe(replica, main, { succeeded: 3 });
    const items = await settled(replica, 2);
    expect(items[0]).toMatchObject({
      ...{ rule: 'ends', kind: 'incident-closed', channelId: main },
      summary: 'Channel main serves again after 0 min; 10 attempts of 1 organisation failed.',
    });
  });

  it('keeps quiet about the same channel for its cool-down', async () => {
    const id = await world.configure('main');
    await tell(rule({ on: ['incident-opened'], coolDownSeconds: 60 }));
    const replica = await start();
    const flap = async () => {
      await world.observe(replica, id, { failed: { upstream_error: 10 } });
      await world.pass(replica, 11 * SECOND);
      await world.observe(replica, id, { succeeded: 3 });
      await world.pass(replica, 5 * SECOND);
    };
    await flap();
    await flap();
    await settled(replica, 1);
    await world.pass(replica, 40 * SECOND);
    await flap();
    await settled(replica, 2);
  });

  describe('that names organisations', () => {
    const failing = (replica: Replica, id: string, ...failedOrganizations: string[]) =>
      world.observe(replica, id, { failed: { upstream_error: 10 }, failedOrganizations });
    const told = (items: readonly Readonly<Record<string, unknown>>[]) =>
      items.map(({ rule: name, kind }) => `${String(name)}: ${String(kind)}`).sort();

    beforeEach(async () => {
      await world.organization('o1', 'acme');
      await world.organization('o2', 'globex');
      await world.organization('o3', 'initech');
    });

    it('tells of incidents that affected one of them, and of no others', async () => {
      const [main, other] = [await world.configure('main'), await world.configure('other')];
      await tell(
        rule({ name: 'everybody' }),
        rule({ name: 'acme', organizations: ['acme', 'nobody'] }),
        rule({ name: 'globex', organizations: ['globex'] }),
        rule({ name: 'acme elsewhere', organizations: ['acme'], channels: ['other'] }),
        rule({ name: 'nobody', organizations: [] }),
      );
      const replica = await start();
      await failing(replica, main, 'o1', 'o3');
      await failing(replica, other);
      const opened = ['acme: incident-opened', 'everybody: incident-opened', 'everybody: incident-opened'];
      expect(told(await settled(replica, 3))).toEqual(opened);

      await world.pass(replica, 10 * SECOND);
      await world.observe(replica, main, { succeeded: 3 });
      await world.observe(replica, other, { succeeded: 3 });
      const closed = ['acme: incident-closed', 'everybody: incident-closed', 'everybody: incident-closed'];
      expect(told(await settled(replica, 6))).toEqual([...opened, ...closed].sort());
      expect(hook.received).toHaveLength(6);
    });

    it('tells of an incident as soon as it affects the first of them, also to another replica, and once', async () => {
      const id = await world.configure('main');
      const on = ['incident-opened'];
      await tell(
        rule({ name: 'late', on, organizations: ['globex', 'initech'], coolDownSeconds: 0 }),
        rule({ name: 'early', on, organizations: ['acme', 'globex'], coolDownSeconds: 0 }),
        rule({ name: 'everybody', on, coolDownSeconds: 0 }),
      );
      const first = await start();
      await failing(first, id, 'o1');
      await settled(first, 2);
      await first.stop();
      const second = await start();
      await failing(second, id, 'o1', 'o2');
      await world.pass(second, SECOND);
      await failing(second, id, 'o3');
      await world.pass(second, SECOND);
      const items = await settled(second, 3);
      expect(told(items)).toEqual(['early', 'everybody', 'late'].map((name) => `${name}: incident-opened`));
      expect(items[0]).toMatchObject({ rule: 'late' });
    });

    it('cools down alone, from what it told itself', async () => {
      const id = await world.configure('main');
      const [on, coolDownSeconds] = [['incident-opened'], 60];
      await tell(
        rule({ name: 'acme', on, coolDownSeconds, organizations: ['acme'] }),
        rule({ name: 'globex', on, coolDownSeconds, organizations: ['globex'] }),
      );
      const replica = await start();
      const flap = async (...organizations: string[]) => {
        await failing(replica, id, ...organizations);
        await world.pass(replica, 11 * SECOND);
        await world.observe(replica, id, { succeeded: 3 });
        await world.pass(replica, 5 * SECOND);
      };
      await flap('o1');
      await flap('o1', 'o2');
      expect(told(await settled(replica, 2))).toEqual(['acme: incident-opened', 'globex: incident-opened']);
      await world.pass(replica, 40 * SECOND);
      await flap('o1', 'o2');
      expect(told(await settled(replica, 3))).toEqual([
        ...['acme: incident-opened', 'acme: incident-opened', 'globex: incident-opened'],
      ]);
    });

    it('knows them by the name that they have now, and those that were just deleted', async () => {
      const id = await world.configure('main');
      const on = ['incident-opened'];
      await tell(
        rule({ name: 'before', on, organizations: ['acme'] }),
        rule({ name: 'now', on, organizations: ['acme inc.'] }),
        rule({ name: 'deleted', on, organizations: ['globex'] }),
      );
      const replica = await start();
      await world.organization('o1', 'acme inc.');
      await world.documents.bucket('identity').delete(organizationDocumentKey('o2'));
      await failing(replica, id, 'o1', 'o2');
      expect(told(await settled(replica, 2))).toEqual(['deleted: incident-opened', 'now: incident-opened']);
    });
  });

  it('that was removed lets go of what it had not told', async () => {
    const id = await world.configure('main');
    await tell(rule());
    hook.statuses.push(500);
    const replica = await start();
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    await settled(replica, 1);
    await tell();
    await world.pass(replica, 5 * SECOND);
    expect(await settled(replica, 1, 2)).toMatchObject([
      { deliveredAt: null, nextAttemptAt: null, lastError: 'the rule no longer exists' },
    ]);
  });
});

describe('mail', () => {
  it('is sent by SMTP', async () => {
    const mails: { readonly to: readonly string[]; readonly text: string }[] = [];
    const server = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['STARTTLS'] },
      onData: (stream, session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => {
          mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
          done();
        });
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const { port } = server.server.address() as AddressInfo;
    try {
      const id = await world.configure('main');
      await tell(rule({ webhook: undefined, email: { to: ['a@example.com', 'b@example.com'] } }));
      const mail = { url: `smtp://127.0.0.1:${port}`, from: 'gateway@example.com' };
      const replica = await start({ mail });
      await world.observe(replica, id, { failed: { upstream_error: 10 } });
      const [notification] = await settled(replica, 1);
      expect(notification).toMatchObject({ lastError: null, deliveredAt: expect.any(String) });
      expect(mails).toMatchObject([{ to: ['a@example.com', 'b@example.com'] }]);
      expect(mails[0]!.text).toContain('Subject: [Tollgate] incident-opened: main');
      expect(mails[0]!.text).toContain('From: gateway@example.com');
      expect(mails[0]!.text).toContain(`Message-ID: <${String(notification!.id)}@tollgate.invalid>`);
      expect(mails[0]!.text).toContain('Channel main rests: 10 of 10 requests failed');
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });

  it('that is not set up is said', async () => {
    const id = await world.configure('main');
    await tell(rule({ webhook: undefined, email: { to: ['a@example.com'] } }));
    const replica = await start();
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    expect(await settled(replica, 1)).toMatchObject([
      { lastError: 'mail is not set up: SMTP_URL and SMTP_FROM are not set' },
    ]);
  });
});
