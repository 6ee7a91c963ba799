import { describe, expect, it } from '@jest/globals';
import { AggregatorRegistry, Counter, Histogram, Registry } from 'prom-client';
import { HotCounter, HotHistogram } from './hot-metrics.js';

const DESCRIBED = { help: 'What it is.', labelNames: ['operation', 'code'] };
const BUCKETS = [0.1, 1, 5];

describe('metrics of hot code', () => {
  it('read as those of prom-client, counted by the same calls', async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const count = new HotCounter({ name: 'c_total', ...DESCRIBED, registry: ours }).add('chat', 'ok');
    const times = new HotHistogram({ name: 'h', ...DESCRIBED, registry: ours, buckets: BUCKETS }).add(
      'chat',
      'ok',
    );
    const counter = new Counter({ name: 'c_total', ...DESCRIBED, registers: [theirs] });
    const histogram = new Histogram({ name: 'h', ...DESCRIBED, registers: [theirs], buckets: BUCKETS });
    for (const value of [0, 0.1, 0.11, 1, 4.9, 5, 5.1, 1_000]) {
      count.value += 1;
      times.observe(value);
      counter.labels('chat', 'ok').inc();
      histogram.labels('chat', 'ok').observe(value);
    }
    expect(await ours.metrics()).toBe(await theirs.metrics());
  });

  it('add up over the workers of a process as those of prom-client do', async () => {
    const worker = async (): Promise<object[]> => {
      const registry = new Registry();
      new HotCounter({ name: 'c_total', ...DESCRIBED, registry }).add('chat', 'ok').value += 2;
      new HotHistogram({ name: 'h', ...DESCRIBED, registry, buckets: BUCKETS }).add('chat', 'ok').observe(3);
      return registry.getMetricsAsJSON();
    };
    const text = await AggregatorRegistry.aggregate([await worker(), await worker()] as never).metrics();
    expect(text).toContain('c_total{operation="chat",code="ok"} 4');
    expect(text).toContain('h_bucket{le="5",operation="chat",code="ok"} 2');
    expect(text).toContain('h_sum{operation="chat",code="ok"} 6');
  });

  it('are told before anything was counted', async () => {
    const registry = new Registry();
    new HotCounter({ name: 'c_total', ...DESCRIBED, registry });
    expect(await registry.metrics()).toContain('# TYPE c_total counter');
  });
});
