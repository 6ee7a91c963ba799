import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { HealthChecks } from './health-checks.js';

describe('HealthChecks', () => {
  it('is ready when every check passes', async () => {
    const health = new HealthChecks();
    health.register('database', () => Promise.resolve());
    health.register('snapshot', () => undefined);
    expect(await health.ready()).toEqual({
      status: 'ok',
      checks: [
        { name: 'database', status: 'ok' },
        { name: 'snapshot', status: 'ok' },
      ],
    });
  });

  it('names what failed, in words meant for people outside, and stays alive', async () => {
    const health = new HealthChecks();
    health.register('events', () => {
      throw new GatewayError('service_unavailable', 'NATS can not be reached.');
    });
    health.register('database', () =>
      Promise.reject(new Error('password authentication failed for user gw')),
    );
    expect(await health.ready()).toEqual({
      status: 'unavailable',
      checks: [
        { name: 'events', status: 'failed', detail: 'NATS can not be reached.' },
        { name: 'database', status: 'failed', detail: 'The check failed.' },
      ],
    });
    expect(health.live().status).toBe('ok');
  });

  it('counts a check that hangs as failed', async () => {
    const health = new HealthChecks(1);
    health.register('database', () => new Promise<void>(() => undefined));
    expect(await health.ready()).toMatchObject({
      status: 'unavailable',
      checks: [{ name: 'database', status: 'failed', detail: 'No answer within 1 ms.' }],
    });
  });

  it('is not ready while it drains', async () => {
    const health = new HealthChecks();
    health.drain();
    expect((await health.ready()).status).toBe('unavailable');
  });
});
