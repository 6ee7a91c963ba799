import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { parseDatabaseAddress } from './database-address.js';
import { describeDatabaseFailure } from './database-failure.js';

const url = 'postgres://ann:s3cret%21@db.example:6543/shop';
const coded = (code: string): Error => Object.assign(new Error('raw s3cret!'), { code });

describe('a failure of the database', () => {
  it.each([
    [coded('ECONNREFUSED'), 'nothing listens there'],
    [new AggregateError([coded('ECONNREFUSED')], ''), 'nothing listens there'],
    [coded('ENOTFOUND'), 'the host name is unknown'],
    [coded('28P01'), 'it refuses this user and password'],
    [coded('57P03'), 'it is starting up or shutting down'],
    [new Error('timeout expired'), 'no answer in time'],
    [new Error('Connection terminated unexpectedly'), 'the connection was closed'],
    [
      Object.assign(new Error('query failed'), { driverError: coded('53300') }),
      'it has too many connections',
    ],
  ])('names place and reason, and never the password: %s', (error, reason) => {
    expect(describeDatabaseFailure(error, url)).toMatchObject({
      code: 'service_unavailable',
      exposure: 'internal',
      message:
        `Postgres at db.example:6543 (database "shop", user "ann") can't be used: ${reason}. ` +
        'Start it or correct the database URL.',
    });
  });

  it('stays what it is when it is about something else', () => {
    const duplicate = coded('23505');
    const ours = new GatewayError('not_found', 'The connection terminated.');
    expect(describeDatabaseFailure(duplicate, url)).toBe(duplicate);
    expect(describeDatabaseFailure(ours, url)).toBe(ours);
  });
});

describe('a database address', () => {
  it.each([
    ['postgres://gw@127.0.0.1/', { host: '127.0.0.1', port: 5432, user: 'gw', database: 'gw' }],
    ['postgresql://a%40b:x@h:1/d%2Fe', { host: 'h', port: 1, user: 'a@b', database: 'd/e' }],
    [
      'postgres://ann@localhost/shop?host=/run/pg&port=7',
      { host: '/run/pg', port: 7, user: 'ann', database: 'shop' },
    ],
  ])('is read from %s', (text, address) => {
    expect(parseDatabaseAddress(text)).toEqual(address);
  });
});
