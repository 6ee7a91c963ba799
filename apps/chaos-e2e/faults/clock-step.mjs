/**
 * Loaded before a service (NODE_OPTIONS): its wall clock can be stepped, as an operator or a time server does it. On
 * SIGUSR2 the process reads from TOLLGATE_CHAOS_CLOCK, a file, how many milliseconds its clock is wrong. Timers and the
 * monotonic clock go on, as they do on a real machine. No service knows of it.
 */
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['TOLLGATE_CHAOS_CLOCK'];
const RealDate = Date;
let offsetMs = 0;

class SteppedDate extends RealDate {
  /** @param {ConstructorParameters<DateConstructor>} given */
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offsetMs);
    else super(...given);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
}

if (isMainThread && file !== undefined) {
  globalThis.Date = /** @type {DateConstructor} */ (/** @type {unknown} */ (SteppedDate));
  process.on('SIGUSR2', () => {
    offsetMs = Number(readFileSync(file, 'utf8'));
  });
}
