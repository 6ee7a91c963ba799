import { beforeEach, describe, expect, it } from '@jest/globals';
import { ChannelWindows } from './channel-windows.js';

const START = 1_700_000_000_000;
const SECOND = 1_000;
const PARTS = { credentials: 2, models: new Set(['a', 'b', 'c']) };

const at = (second: number): number => START + second * SECOND;

describe('rate limits', () => {
  let windows: ChannelWindows;
  beforeEach(() => {
    windows = new ChannelWindows();
  });

  const report = (second: number, model: string, changes: { succeeded?: number; limited?: number }): void =>
    windows.observe(
      {
        ...{ windowStart: at(second), windowMs: SECOND, credential: 0, model },
        ...{ succeeded: changes.succeeded ?? 0, failed: { upstream_rate_limited: changes.limited ?? 0 } },
        ...{ firstByteMsSum: 0, durationMsSum: 0 },
      },
      PARTS,
      at(second + 1),
    );
  /** By what they count against. */
  const counted = (second: number, isServing = true) => {
    const { credentials, models } = windows.limits.bySubject(at(second), 0.9, () => isServing);
    const failed = [...credentials, ...models].map(([key, limits]) => [
      key,
      limits.reduce((sum, limit) => sum + limit.failures(at(second)).failed, 0),
    ]);
    return Object.fromEntries(failed.filter(([, count]) => count !== 0)) as Record<string, number>;
  };

  it('count against the model that nearly all are of, else against the credential', () => {
    report(0, 'a', { limited: 9 });
    expect(counted(1)).toEqual({ a: 9 });
    report(1, 'b', { limited: 1 });
    expect(counted(2)).toEqual({ 0: 10 });
    report(2, 'a', { limited: 1 });
    expect(counted(3)).toEqual({ 0: 1, a: 10 });
  });

  it('count against the credential that is resting or on trial', () => {
    report(0, 'a', { limited: 9 });
    expect(counted(1, false)).toEqual({ 0: 9 });
  });

  it('are of the models of the last minute, and of longer where that saw none', () => {
    report(0, 'a', { limited: 20 });
    report(100, 'b', { limited: 1 });
    expect(counted(110)).toEqual({ 0: 20, b: 1 });
    expect(counted(200)).toEqual({ 0: 1, a: 20 });
  });

  it('say nothing of a model that succeeded since, however long nobody asked it', () => {
    report(0, 'a', { limited: 3 });
    report(60, 'a', { succeeded: 1 });
    windows.prune(at(300), () => false);
    expect(windows.models.get('a')?.succeededUntil).toBe(at(61));
  });

  it('are forgotten after ten minutes, and with the credentials that met them', () => {
    report(0, 'a', { limited: 9 });
    windows.prune(at(660), () => false);
    expect([windows.limits.of({ kind: 'model', key: 'a' }), windows.models.size]).toEqual([[], 0]);
    report(700, 'a', { limited: 9 });
    windows.replaceCredentials(at(701));
    expect(counted(701)).toEqual({});
  });
});
