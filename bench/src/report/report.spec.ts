import { describe, expect, it } from '@jest/globals';
import { type Sample } from '../measure/sample.js';
import { fullPlan } from '../plan.js';
import { summarizeAll, type Results, type Samples } from '../results.js';
import { report } from './report.js';
import { judge } from './targets.js';

function sample(cpuUs: number, p50Us: number): Sample {
  const single = { p50Us, p99Us: 3 * p50Us };
  const steady = { p50Us: p50Us / 2, p99Us: p50Us };
  return { loaded: [{ cpuUs, ...single }], single, steady, behindUs: 7, residentKb: 102_400 };
}

/** With an aftermath that makes everything half as dear again when it is done beside it. */
function sampleBeside(cpuUs: number, p50Us: number): Sample {
  const besideAftermath = { cpuUs: 1.5 * cpuUs, p50Us: 1.5 * p50Us, p99Us: 4.5 * p50Us };
  return { ...sample(cpuUs, p50Us), besideAftermath };
}

function results(samples: Samples): Results {
  return {
    date: '2026-11-24',
    plan: fullPlan,
    machine: {
      cpu: 'A CPU',
      cores: 2,
      memoryGb: 8,
      system: 'A Linux',
      kernel: '6.1',
      node: '26.10.0',
      v8: '14',
      loadBefore: 0.1,
    },
    foreignShare: 0.03,
    rounds: 3,
    seconds: 400,
    gateways: { bare: 'a bare proxy', tollgate: 'Tollgate' },
    skipped: { portkey: 'npm is not online' },
    summary: summarizeAll(samples),
    overload: {},
    keyWalk: [],
    idle: { tollgate: { streams: 2_000, beforeKb: 92_160, withStreamsKb: 192_160, kbPerStream: 50 } },
    samples,
  };
}

const run = results({
  direct: { J1: [sample(0, 40)], SB: [sample(0, 90)], AO: [sample(0, 100)] },
  bare: {
    J1: [50, 40, 900].map((cpuUs) => sample(cpuUs, 100)),
    JL: [sample(50, 100)],
    SB: [sample(100, 50)],
  },
  tollgate: {
    J1: [65, 60, 80].map((cpuUs) => sampleBeside(cpuUs, 250)),
    JL: [sample(70, 270)],
    SB: [sample(200, 300)],
    AO: [sample(380, 600)],
    OA: [sample(500, 700)],
  },
});

const OVERLOAD = {
  ...{ peak: 1_000, offered: 3_000, served: 950, servedShare: 0.93, refused: 1_900, unsent: 150 },
  ...{ servedP50Us: 3_000, servedP99Us: 40_000, refusedP50Us: 1_000_000, refusedP99Us: 1_100_000 },
  ...{ newcomersP50Us: 1_000, newcomersP99Us: 9_000, peakCpuUs: 400, servedCpuUs: 440 },
  ...{ beforeKb: 102_400, residentKb: 204_800 },
};

/** The cells of the row that begins so, in the table below a heading. */
function row(heading: string, first: string): string[] {
  const section = report(run)
    .split('### ')
    .find((text) => text.startsWith(heading));
  const line = section?.split('\n').find((text) => text.startsWith(`| ${first} `));
  return (line ?? '')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe('the report of a run', () => {
  it('judges each target by the same run', () => {
    expect(judge(run).map(({ measured, verdict }) => [measured, verdict])).toEqual([
      [1.3, 'met'],
      [1.4, 'not met'],
      [undefined, 'not measured'],
      [2, 'not met'],
      [1.9, 'met'],
      [2.5, 'not met'],
      [0.21, 'met'],
      [0.63, 'met'],
      [0.105, 'met'],
      [0.21, 'met'],
      [50, 'met'],
      [undefined, 'not measured'],
      [undefined, 'not measured'],
    ]);
    const bare = 'J1, CPU time: at most 1.35 × bare';
    expect(row('Targets', bare)).toEqual([bare, '1.30', 'met']);
    const own = 'OA, CPU time: at most 2 × its own SB';
    expect(row('Targets', own)).toEqual([own, '2.50', 'not met']);
  });

  it('compares what stood beside one another in a round, not what the machine was like in different rounds', () => {
    const slowing = (values: number[]): Sample[] => values.map((value) => sample(value, value));
    const [cpu, , , , , , p50] = judge(
      results({
        direct: { J1: slowing([10, 20, 400]) },
        bare: { J1: slowing([50, 100, 2_000]) },
        tollgate: { J1: slowing([60, 140, 2_400]) },
      }),
    );
    expect(cpu?.measured).toBe(1.2);
    // 50, 120 and 2,000 µs.
    expect(p50?.measured).toBe(0.12);
  });

  it('compares slice by slice within a round', () => {
    const inSlices = (values: number[]): Sample[] => [
      { ...sample(0, 0), loaded: values.map((value) => ({ cpuUs: value, p50Us: value, p99Us: value })) },
    ];
    const [cpu] = judge(
      results({ bare: { J1: inSlices([50, 100, 2_000]) }, tollgate: { J1: inSlices([60, 140, 2_400]) } }),
    );
    expect(cpu?.measured).toBe(1.2);
  });

  it('compares Tollgate among many channels with itself among few', () => {
    const crowded = { ...run.samples, crowded: { J1: [sample(65, 0)], SB: [sample(220, 0)] } };
    const verdicts = judge(results(crowded)).map(({ verdict }) => verdict);
    expect(verdicts.slice(-2)).toEqual(['met', 'not met']);
  });

  it('shows CPU times, and what stands behind the gateway apart from them', () => {
    expect(row('CPU time', 'tollgate')).toEqual([
      'tollgate',
      '65.0 ±8%',
      '70.0 ±0%',
      '–',
      '200.0 ±0%',
      '380.0 ±0%',
      '500.0 ±0%',
    ]);
    expect(row('CPU time', 'tollgate, billing beside it').slice(1, 3)).toEqual(['97.5 ±8%', '–']);
    expect(row('CPU time', 'behind Tollgate')).toEqual(['behind Tollgate', '7', '7', '–', '7', '7', '7']);
  });

  it('shows what a gateway adds to the direct call, less than nothing too', () => {
    expect(row('Time that a gateway adds to', 'direct call').slice(1, 3)).toEqual(['40 / 120', '40 / 120']);
    expect(row('Time that a gateway adds to', 'bare')).toEqual([
      'bare',
      '60 / 180',
      '60 / 180',
      '–',
      '–',
      '–',
      '–',
      '-40 / -120',
      '-40 / -120',
      ...Array(4).fill('–'),
    ]);
    expect(row('Time that a gateway adds to', 'tollgate').slice(9)).toEqual([
      '500 / 1500',
      '500 / 1500',
      '–',
      '–',
    ]);
    expect(row('Time that a gateway adds to', 'tollgate, billing beside it').slice(1, 4)).toEqual([
      '–',
      '335 / 1005',
      '–',
    ]);
  });

  it('shows what a gateway adds at a steady rate, where it is asked at one', () => {
    const heading = 'Time that a gateway adds at a steady rate';
    expect(row(heading, 'direct call')).toEqual(['direct call', '20 / 40', '–']);
    expect(row(heading, 'tollgate')).toEqual(['tollgate', '105 / 210', '–']);
  });

  it('leaves empty what a gateway was not asked', () => {
    expect(row('CPU time', 'bare').slice(4)).toEqual(['100.0 ±0%', '–', '–']);
    expect(row("Tollgate's CPU time", 'bare')).toEqual(['bare', '1.30', '1.40', '–', '2.00', '–', '–']);
  });

  it('shows memory under load, after a start and a stream', () => {
    expect(row('Memory', 'tollgate')).toEqual(['tollgate', '100', '90', '50.0']);
    const fewer = { streams: 1_900, beforeKb: 0, withStreamsKb: 95_000, kbPerStream: 50 };
    expect(report({ ...run, idle: { bare: fewer } })).toContain('50.0 (1,900)');
    expect(row('Memory', 'bare')).toEqual(['bare', '100', '–', '–']);
  });

  it('names the machine, the versions and what was left out', () => {
    const text = report(run);
    expect(text).toContain("3 rounds in 400 s; others took 3 % of the machine's CPU time");
    expect(text).toContain('Node 26.10.0 (V8 14) for every Node gateway');
    expect(text).toContain('- not measured: npm is not online');
  });

  it('shows overload and many keys only if they were asked for', () => {
    expect(report(run)).not.toContain('three times');
    expect(report(run)).not.toContain('keys seen');
    const text = report({
      ...run,
      overload: { J1: OVERLOAD },
      keyWalk: [{ keys: 50_000, cpuUs: 210.4, residentKb: 409_600 }],
    });
    expect(text).toContain('| J1  | 1000 |    3000 |    950 |    93 % |    1900 |    150 |');
    expect(text).toMatch(/ 3 \/ 40 \| +1000 \/ 1100 \|/);
    expect(text).toMatch(/ 1 \/ 9 \| +400 \| +440 \| +100 \| +200 \|/);
    expect(text).toContain('| 50,000    |             210.4 |     400 |');
  });
});
