/** Of unsorted numbers. @throws Error without any */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/**
 * The value below which `percent` of the others lie, between two neighbours by their distance (type 7, as
 * spreadsheets do).
 *
 * @throws Error without any
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  const position = ((sorted.length - 1) * percent) / 100;
  const lower = sorted[Math.floor(position)];
  const upper = sorted[Math.ceil(position)];
  if (lower === undefined || upper === undefined) throw new Error('No values.');
  return lower + (upper - lower) * (position - Math.floor(position));
}

/** How far the middle half of the values lies apart, as a share of the median: what to think of a figure. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (percentile(values, 75) - percentile(values, 25)) / middle;
}

/** In microseconds. */
export interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
}

/** @throws Error without any time */
export function latencyOf(timesUs: Float64Array): Latency {
  const values = [...timesUs];
  return { p50Us: percentile(values, 50), p99Us: percentile(values, 99) };
}
