import { beforeEach, describe, expect, it } from '@jest/globals';
import { HeldConnections, HOLD_MAX_MS } from './held-connections.js';

class FakeConnection {
  readonly calls: string[] = [];
  pause(): void {
    this.calls.push('pause');
  }
  resume(): void {
    this.calls.push('resume');
  }
}

describe('connections whose request was refused', () => {
  let turns: (() => void)[];
  let held: HeldConnections;

  const hold = (count: number, now: number): FakeConnection[] => {
    const connections = Array.from({ length: count }, () => new FakeConnection());
    for (const connection of connections) held.hold(connection, now);
    for (const turn of turns.splice(0)) turn();
    return connections;
  };
  const resumed = (connections: readonly FakeConnection[]): number =>
    connections.filter(({ calls }) => calls.includes('resume')).length;

  beforeEach(() => {
    turns = [];
    held = new HeldConnections((turn) => turns.push(turn));
  });

  it('are read no further once the turn is done, not before: the rest of the request belongs to it', () => {
    const connection = new FakeConnection();
    held.hold(connection, 0);
    held.hold(new FakeConnection(), 0);
    expect(connection.calls).toEqual([]);
    expect(turns).toHaveLength(1);
    turns[0]?.();
    expect(connection.calls).toEqual(['pause']);
    expect(held.size).toBe(2);
  });

  it('are read again at a bounded rate, the first one first', () => {
    const connections = hold(100, 0);
    held.tick(20, 20);
    expect(resumed(connections)).toBe(20);
    expect(resumed(connections.slice(0, 20))).toBe(20);
    held.tick(60, 40);
    expect(resumed(connections)).toBe(60);
    expect(held.size).toBe(40);
  });

  it('are read again after a second at the latest, however many they are', () => {
    const connections = hold(5_000, 0);
    held.tick(HOLD_MAX_MS - 1, 20);
    expect(resumed(connections)).toBe(20);
    held.tick(HOLD_MAX_MS, 20);
    expect(resumed(connections)).toBe(5_000);
    expect(held.size).toBe(0);
  });

  it('are all read again when the process stops', () => {
    const connections = hold(100, 0);
    held.tick(20, 20);
    held.releaseAll();
    expect(connections.map(({ calls }) => calls)).toEqual(Array(100).fill(['pause', 'resume']));
  });
});
