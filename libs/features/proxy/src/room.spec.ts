import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { credentialAssociation, sealSecret } from '@tollgate/security';
import { chatVendor, eventually, FakeVendor } from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import { ProxyWorld, settled } from '../test-support/proxy-world.js';

const MODELS = [{ name: 'm', upstream: 'mistral-small', cost: null }];
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const TOKEN = JSON.stringify({ access_token: 'ya29.1', expires_in: 3_600, token_type: 'Bearer' });

describe('requests that wait for the token of a channel with room for one', () => {
  let world: ProxyWorld;
  let vendor: FakeVendor;
  let other: FakeVendor;
  /** Answers that whoever asks for a token waits for. */
  let waiting: ServerResponse[];
  const tokens = createServer((request, response) => {
    request.resume();
    request.on('end', () => waiting.push(response));
  });

  beforeEach(async () => {
    waiting = [];
    vendor = await FakeVendor.start({ kind: 'silent' });
    other = await FakeVendor.start({ kind: 'silent' });
    tokens.listen(0, '127.0.0.1');
    await once(tokens, 'listening');
    world = await ProxyWorld.start((made) => made.putPrice('m', { input: '2.50', output: '10.00' }));
  });
  afterEach(async () => {
    await world.stop();
    tokens.closeAllConnections();
    tokens.close();
    await Promise.all([vendor.stop(), other.stop()]);
  });

  const putWaiting = (more: object) => {
    const account = {
      ...{ type: 'service_account', client_email: 'gateway@p.iam.gserviceaccount.com' },
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      token_uri: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`,
    };
    const association = credentialAssociation('c1', vendor.baseUrl);
    return world.putChannel('c1', vendor, {
      ...{ provider: 'vertex', options: { project: 'my-project' }, models: MODELS, inFlightMax: 1 },
      credentials: [sealSecret(world.keyring.current, JSON.stringify(account), association)],
      ...more,
    });
  };
  const ask = () => world.send({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
  const tokenComes = () => {
    for (const response of waiting.splice(0))
      response.writeHead(200, { 'content-type': 'application/json' }).end(TOKEN);
  };

  it('are not all sent when it comes: the others go elsewhere', async () => {
    await putWaiting({ priority: 10 });
    await world.putChannel('c2', other, { models: MODELS });
    other.respond(chatVendor(['Hello'], USAGE));
    const answers: number[] = [];
    for (let number = 0; number < 3; number += 1)
      void ask().then(
        ({ status }) => answers.push(status),
        () => undefined,
      );
    await eventually(() => world.journal.starts.length === 3 && waiting.length > 0, 'all to wait');
    await settled();
    tokenComes();
    await eventually(() => answers.length === 2, 'the others to be answered');
    expect([answers, vendor.requests.length, other.requests.length]).toEqual([[200, 200], 1, 2]);
  });

  it('are not all sent as the second ones of hedges', async () => {
    await world.putModel('m', { hedge: { afterMs: 1 } });
    await world.putChannel('c2', other, { models: MODELS, priority: 10 });
    await putWaiting({ priority: 0 });
    for (let number = 0; number < 3; number += 1) void ask().catch(() => undefined);
    await eventually(() => other.requests.length === 3 && waiting.length > 0, 'the first ones to be sent');
    await settled();
    tokenComes();
    await eventually(() => vendor.requests.length > 0, 'a second one to be sent');
    await settled();
    expect(vendor.requests).toHaveLength(1);
  });
});
