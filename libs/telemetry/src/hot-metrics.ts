import type { Metric, MetricObjectWithValues, MetricValue, MetricValueWithName, Registry } from 'prom-client';

export interface HotMetricOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly registry: Registry;
}

/** What one combination of labels has come to; whoever counts adds to it. */
export interface Count {
  value: number;
}

interface Labelled<Data> {
  readonly labels: Readonly<Record<string, string>>;
  readonly data: Data;
}

/**
 * A counter for code that runs with each request: prom-client checks and hashes labels at each increment, this one adds a
 * number to a number, and labels are put together when somebody reads.
 */
export class HotCounter {
  private readonly series: Labelled<Count>[] = [];

  constructor(private readonly options: HotMetricOptions) {
    register(options, {
      type: 'counter',
      get: () => this.series.map(({ labels, data }) => ({ labels, value: data.value })),
    });
  }

  /** A new combination of labels, in the order of `labelNames`; look each up once, and keep it. */
  add(...labels: readonly string[]): Count {
    const data: Count = { value: 0 };
    this.series.push({ labels: labelled(this.options, labels), data });
    return data;
  }
}

/** Observations of one combination of labels. */
export class HotObservations {
  sum = 0;
  readonly counts: number[];

  constructor(private readonly buckets: readonly number[]) {
    this.counts = [...buckets.map(() => 0), 0];
  }

  observe(value: number): void {
    const { buckets, counts } = this;
    let at = 0;
    while (at < buckets.length && value > (buckets[at] ?? Infinity)) at += 1;
    counts[at] = (counts[at] ?? 0) + 1;
    this.sum += value;
  }
}

/** A histogram for code that runs with each request; see `HotCounter`. */
export class HotHistogram {
  private readonly series: Labelled<HotObservations>[] = [];

  /** `buckets`: upper bounds, rising. */
  constructor(private readonly options: HotMetricOptions & { readonly buckets: readonly number[] }) {
    register(options, { type: 'histogram', get: () => this.series.flatMap((one) => this.valuesOf(one)) });
  }

  /** A new combination of labels, in the order of `labelNames`; look each up once, and keep it. */
  add(...labels: readonly string[]): HotObservations {
    const data = new HotObservations(this.options.buckets);
    this.series.push({ labels: labelled(this.options, labels), data });
    return data;
  }

  private valuesOf({ labels, data }: Labelled<HotObservations>): MetricValueWithName<string>[] {
    const { name, buckets } = this.options;
    let count = 0;
    const values = data.counts.map((inBucket, index) => {
      count += inBucket;
      return {
        metricName: `${name}_bucket`,
        labels: { le: buckets[index] ?? '+Inf', ...labels },
        value: count,
      };
    });
    return [
      ...values,
      { metricName: `${name}_sum`, labels, value: data.sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

interface Reading {
  readonly type: 'counter' | 'histogram';
  readonly get: () => MetricValue<string>[];
}

/** prom-client's registry asks a metric for its values and its name, and for nothing else. */
function register({ name, help, registry }: HotMetricOptions, { type, get }: Reading): void {
  const metric = {
    name,
    get: (): Promise<MetricObjectWithValues<MetricValue<string>>> =>
      Promise.resolve({ name, help, type, values: get(), aggregator: 'sum' } as never),
  };
  registry.registerMetric(metric as unknown as Metric);
}

function labelled({ labelNames }: HotMetricOptions, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(labelNames.map((name, index) => [name, values[index] ?? '']));
}
