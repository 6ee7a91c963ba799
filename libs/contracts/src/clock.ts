/** The time, injected: code that needs it takes a `Clock`, so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since the epoch; may jump with the system's clock. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. For durations and deadlines. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
