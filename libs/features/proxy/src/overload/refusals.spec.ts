import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { Refusals, RETRY_AFTER_MS } from './refusals.js';

const ERROR = new GatewayError('overloaded', 'Too much.');

function refusals() {
  const told: string[] = [];
  const made = new Refusals();
  const refuse = (connection: object, name: string, now: number): void =>
    made.refuse(connection, { refuse: () => told.push(name) }, ERROR, now);
  return { told, refuse, refusals: made };
}

describe('refusals', () => {
  it('are told at once to who comes anew, and to who waited as it was told', () => {
    const { told, refuse } = refusals();
    const connection = {};
    refuse(connection, 'first', 0);
    refuse({}, 'another', 1);
    refuse(connection, 'second', RETRY_AFTER_MS);
    expect(told).toEqual(['first', 'another', 'second']);
  });

  it('are told a second later to who asks again before its time', () => {
    const { told, refuse, refusals: made } = refusals();
    const connection = {};
    refuse(connection, 'first', 0);
    refuse(connection, 'second', 10);
    made.tick(1_009);
    expect(told).toEqual(['first']);
    expect(made.size).toBe(1);
    made.tick(1_010);
    expect(told).toEqual(['first', 'second']);
    refuse(connection, 'third', 1_020);
    expect(made.size).toBe(1);
  });

  it('cost one answer a second and connection, however often they are provoked', () => {
    const { told, refuse, refusals: made } = refusals();
    const connections = Array.from({ length: 100 }, () => ({}));
    for (const connection of connections) refuse(connection, 'first', 0);
    for (let now = 0; now < 5_000; now += 20) {
      const before = told.length;
      made.tick(now);
      if (now === 0) for (const connection of connections) refuse(connection, 'again', now);
      // Who was told asks again at once.
      else
        for (let index = before; index < told.length; index += 1)
          refuse(connections[index % 100]!, 'again', now);
    }
    expect(told).toHaveLength(500);
  });

  it('are all told when the process stops', () => {
    const { told, refuse, refusals: made } = refusals();
    const connection = {};
    for (const name of ['first', 'second', 'third']) refuse(connection, name, 0);
    made.tellAll(5);
    expect(told).toEqual(['first', 'second', 'third']);
    expect(made.size).toBe(0);
  });
});
