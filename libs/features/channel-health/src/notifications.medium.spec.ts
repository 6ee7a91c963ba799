import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { organizationDocumentKey } from '@tollgate/contracts';
import { type WebhookReceiver } from '@tollgate/testing';
import { SMTPServer } from 'smtp-server';
import { type HealthWorld, key, model, type Replica, SECOND } from '../test-support/health-world.js';
import { NotificationGround, type ShownNotification } from '../test-support/notification-ground.js';

jest.setTimeout(30_000);

let ground: NotificationGround;
let world: HealthWorld;
let hook: WebhookReceiver;

beforeAll(async () => {
  ground = await NotificationGround.start({ name: 'operators', on: ['incident-opened', 'incident-closed'] });
  ({ world, hook } = ground);
});
afterAll(() => ground.stop());
afterEach(() => ground.renew());

describe('a webhook', () => {
  it('is told of an incident, signed with the secret of its rule', async () => {
    const id = await world.configure('main');
    await ground.tell({});
    const replica = await ground.startReplica();
    const failedOrganizations = ['o1', 'o2'];
    await world.observe(replica, id, { failed: { upstream_error: 10 }, failedOrganizations });
    const [notification] = await ground.settled(replica, 1);
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
    const seconds = Math.floor(world.clock.now() / 1_000);
    expect(await ground.firstSignedAt(replica, 'operators')).toBe(seconds);
  });

  it('is tried again, later each time, until it takes the notification', async () => {
    const id = await world.configure('main');
    await ground.tell({ on: ['incident-opened'] });
    hook.statuses.push(500, 302);
    const replica = await ground.startReplica();
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    const [first] = await ground.settled(replica, 1);
    expect(first).toMatchObject({
      ...{ deliveredAt: null, lastError: 'the webhook answered with status 500' },
      nextAttemptAt: new Date(world.clock.now() + 5 * SECOND).toISOString(),
    });

    await world.pass(replica, 4 * SECOND);
    await replica.judge.judgeNow();
    expect(hook.received).toHaveLength(1);
    await world.pass(replica, SECOND);
    const [second] = await ground.settled(replica, 1, 2);
    expect(second).toMatchObject({ nextAttemptAt: new Date(world.clock.now() + 10 * SECOND).toISOString() });

    // The replica dies before it could try again: another one goes on.
    await replica.stop();
    world.clock.advance(10 * SECOND);
    const other = await ground.startReplica();
    const [third] = await ground.settled(other, 1, 3);
    expect(third).toMatchObject({ attempts: 3, deliveredAt: expect.any(String), lastError: null });
    expect(new Set(hook.received.map(({ headers }) => headers['x-tollgate-notification-id'])).size).toBe(1);
  });

  it('at a private address is not posted to unless the operator allows them', async () => {
    const id = await world.configure('main');
    await ground.tell({});
    const replica = await ground.startReplica({ allowPrivateWebhooks: false });
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    const [notification] = await ground.settled(replica, 1);
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
    await ground.tell(
      { name: 'main only', channels: ['main'], on: ['incident-opened'] },
      { name: 'ends', on: ['incident-closed'] },
    );
    const replica = await ground.startReplica();
    await world.observe(replica, main, { failed: { upstream_error: 10 }, failedOrganizations: ['o1'] });
    await world.observe(replica, other, { failed: { upstream_error: 10 } });
    expect(await ground.settled(replica, 1)).toMatchObject([{ rule: 'main only', channelId: main }]);

    await world.pass(replica, 10 * SECOND);
    await world.observe(replica, main, { succeeded: 3 });
    const items = await ground.settled(replica, 2);
    expect(items[0]).toMatchObject({
      ...{ rule: 'ends', kind: 'incident-closed', channelId: main },
      summary: 'Channel main serves again after 0 min; 10 attempts of 1 organisation failed.',
    });
  });

  it('keeps quiet about the same channel for its cool-down', async () => {
    const id = await world.configure('main');
    await ground.tell({ on: ['incident-opened'], coolDownSeconds: 60 });
    const replica = await ground.startReplica();
    const flap = async () => {
      await world.observe(replica, id, { failed: { upstream_error: 10 } });
      await world.pass(replica, 11 * SECOND);
      await world.observe(replica, id, { succeeded: 3 });
      await world.pass(replica, 5 * SECOND);
    };
    await flap();
    await flap();
    await ground.settled(replica, 1);
    await world.pass(replica, 40 * SECOND);
    await flap();
    await ground.settled(replica, 2);
  });

  it('tells within its cool-down of another part of the channel, and of the whole of it', async () => {
    const id = await world.configure('main', {
      credentials: [key('one'), key('two')],
      models: [model('a'), model('b')],
    });
    await ground.tell({ on: ['incident-opened'], coolDownSeconds: 300 });
    const replica = await ground.startReplica();
    const refuse = (credential: number) =>
      world.observe(replica, id, { credential, model: 'a', failed: { credential_invalid: 1 } });
    await refuse(0);
    await world.observe(replica, id, { credential: 1, model: 'b', failed: { model_gone: 1 } });
    await world.pass(replica, 11 * SECOND);
    await world.observe(replica, id, { credential: 0, model: 'a', succeeded: 3 });
    await refuse(0);
    await ground.settled(replica, 2);
    await refuse(1);
    const items = await ground.settled(replica, 4);
    expect(items.map(({ summary }) => summary.split(' rests:')[0]).sort()).toEqual([
      ...['Channel main', 'Credential 0 of channel main', 'Credential 1 of channel main'],
      'Model b of channel main',
    ]);
  });

  describe('that names organisations', () => {
    const failing = (replica: Replica, id: string, ...failedOrganizations: string[]) =>
      world.observe(replica, id, { failed: { upstream_error: 10 }, failedOrganizations });
    const told = (items: readonly ShownNotification[]) =>
      items.map(({ rule, kind }) => `${rule}: ${kind}`).sort();

    beforeEach(async () => {
      await world.organization('o1', 'acme');
      await world.organization('o2', 'globex');
      await world.organization('o3', 'initech');
    });

    it('tells of incidents that affected one of them, and of no others', async () => {
      const [main, other] = [await world.configure('main'), await world.configure('other')];
      await ground.tell(
        { name: 'everybody' },
        { name: 'acme', organizations: ['acme', 'nobody'] },
        { name: 'globex', organizations: ['globex'] },
        { name: 'acme elsewhere', organizations: ['acme'], channels: ['other'] },
        { name: 'nobody', organizations: [] },
      );
      const replica = await ground.startReplica();
      await failing(replica, main, 'o1', 'o3');
      await failing(replica, other);
      const opened = ['acme: incident-opened', 'everybody: incident-opened', 'everybody: incident-opened'];
      expect(told(await ground.settled(replica, 3))).toEqual(opened);

      await world.pass(replica, 10 * SECOND);
      await world.observe(replica, main, { succeeded: 3 });
      await world.observe(replica, other, { succeeded: 3 });
      const closed = ['acme: incident-closed', 'everybody: incident-closed', 'everybody: incident-closed'];
      expect(told(await ground.settled(replica, 6))).toEqual([...opened, ...closed].sort());
      expect(hook.received).toHaveLength(6);
    });

    it('tells of an incident as soon as it affects the first of them, also to another replica, and once', async () => {
      const id = await world.configure('main');
      const on = ['incident-opened' as const];
      await ground.tell(
        { name: 'late', on, organizations: ['globex', 'initech'], coolDownSeconds: 0 },
        { name: 'early', on, organizations: ['acme', 'globex'], coolDownSeconds: 0 },
        { name: 'everybody', on, coolDownSeconds: 0 },
      );
      const first = await ground.startReplica();
      await failing(first, id, 'o1');
      await ground.settled(first, 2);
      await first.stop();
      const second = await ground.startReplica();
      await failing(second, id, 'o1', 'o2');
      await world.pass(second, SECOND);
      await failing(second, id, 'o3');
      await world.pass(second, SECOND);
      const items = await ground.settled(second, 3);
      expect(told(items)).toEqual(['early', 'everybody', 'late'].map((name) => `${name}: incident-opened`));
      expect(items[0]).toMatchObject({ rule: 'late' });
    });

    it('cools down alone, from what it told itself', async () => {
      const id = await world.configure('main');
      const [on, coolDownSeconds] = [['incident-opened' as const], 60];
      await ground.tell(
        { name: 'acme', on, coolDownSeconds, organizations: ['acme'] },
        { name: 'globex', on, coolDownSeconds, organizations: ['globex'] },
      );
      const replica = await ground.startReplica();
      const flap = async (...organizations: string[]) => {
        await failing(replica, id, ...organizations);
        await world.pass(replica, 11 * SECOND);
        await world.observe(replica, id, { succeeded: 3 });
        await world.pass(replica, 5 * SECOND);
      };
      await flap('o1');
      await flap('o1', 'o2');
      expect(told(await ground.settled(replica, 2))).toEqual([
        'acme: incident-opened',
        'globex: incident-opened',
      ]);
      await world.pass(replica, 40 * SECOND);
      await flap('o1', 'o2');
      expect(told(await ground.settled(replica, 3))).toEqual([
        ...['acme: incident-opened', 'acme: incident-opened', 'globex: incident-opened'],
      ]);
    });

    it('knows them by the name that they have now, and those that were just deleted', async () => {
      const id = await world.configure('main');
      const on = ['incident-opened' as const];
      await ground.tell(
        { name: 'before', on, organizations: ['acme'] },
        { name: 'now', on, organizations: ['acme inc.'] },
        { name: 'deleted', on, organizations: ['globex'] },
      );
      const replica = await ground.startReplica();
      await world.organization('o1', 'acme inc.');
      await world.documents.bucket('identity').delete(organizationDocumentKey('o2'));
      await failing(replica, id, 'o1', 'o2');
      expect(told(await ground.settled(replica, 2))).toEqual([
        'deleted: incident-opened',
        'now: incident-opened',
      ]);
    });
  });

  it('that was removed lets go of what it had not told', async () => {
    const id = await world.configure('main');
    await ground.tell({});
    hook.statuses.push(500);
    const replica = await ground.startReplica();
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    await ground.settled(replica, 1);
    await ground.tell();
    await world.pass(replica, 5 * SECOND);
    expect(await ground.settled(replica, 1, 2)).toMatchObject([
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
      await ground.tell({ email: { to: ['a@example.com', 'b@example.com'] } });
      const mail = { url: `smtp://127.0.0.1:${port}`, from: 'gateway@example.com' };
      const replica = await ground.startReplica({ mail });
      await world.observe(replica, id, { failed: { upstream_error: 10 } });
      const [notification] = await ground.settled(replica, 1);
      expect(notification).toMatchObject({ lastError: null, deliveredAt: expect.any(String) });
      expect(mails).toMatchObject([{ to: ['a@example.com', 'b@example.com'] }]);
      expect(mails[0]!.text).toContain('Subject: [Tollgate] incident-opened: main');
      expect(mails[0]!.text).toContain('From: gateway@example.com');
      expect(mails[0]!.text).toContain(`Message-ID: <${notification!.id}@tollgate.invalid>`);
      expect(mails[0]!.text).toContain('Channel main rests: 10 of 10 requests failed');
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });

  it('that is not set up is said', async () => {
    const id = await world.configure('main');
    await ground.tell({ email: { to: ['a@example.com'] } });
    const replica = await ground.startReplica();
    await world.observe(replica, id, { failed: { upstream_error: 10 } });
    expect(await ground.settled(replica, 1)).toMatchObject([
      { lastError: 'mail is not set up: SMTP_URL and SMTP_FROM are not set' },
    ]);
  });
});
