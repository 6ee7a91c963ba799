/** Terminals and launchers may deliver one press of Ctrl-C twice; nobody presses it twice this quickly. */
const SAME_PRESS_MS = 150;

export interface StopRequests {
  /** Aborted by the first request to stop. */
  readonly signal: AbortSignal;
  /** A request to stop that came by another way than a signal. */
  request(reason: string): void;
}

/** Turns SIGTERM and SIGINT into one request to stop; `again` runs at the second. */
export function listenForStop(again: (signal: NodeJS.Signals) => void): StopRequests {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      controller.abort(signal);
    } else if (performance.now() - firstAt > SAME_PRESS_MS) {
      again(signal);
    }
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return {
    signal: controller.signal,
    request: (reason) => {
      controller.abort(reason);
    },
  };
}
