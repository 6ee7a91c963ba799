import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import { echo, post, RawClient } from '../../../test-support/raw-client.js';
import type { Exchange } from '../exchange.js';
import { FrontServer } from '../front-server.js';

describe('a plain connection', () => {
  let server: FrontServer;
  let client: RawClient;
  let exchanges: Exchange[];
  let handle: (exchange: Exchange) => void;

  async function start(options: ConstructorParameters<typeof FrontServer>[0] = {}): Promise<void> {
    const models = {
      accepts: () => true,
      handle: (exchange: Exchange) => {
        exchanges.push(exchange);
        handle(exchange);
      },
    };
    server = new FrontServer(options, models, () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = new RawClient((server.address() as AddressInfo).port);
  }

  beforeEach(() => {
    exchanges = [];
    handle = () => undefined;
  });
  afterEach(() => {
    client.socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  describe('whose client sends ahead', () => {
    it('answers in order, however much comes', async () => {
      await start();
      const bodies = ['first', ...Array.from({ length: 8 }, (_, index) => String(index).repeat(10_000))];
      await client.send(...bodies.map((body) => post(body)));
      for (const count of bodies.keys()) {
        await eventually(() => exchanges.length === count + 1, `request ${count}`);
        echo(exchanges[count]!);
      }
      await eventually(() => client.lines.length === bodies.length, 'all answers');
      expect(client.lines).toEqual(bodies);
    });
  });
});
