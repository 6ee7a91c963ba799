import { settingsDocument } from '@tollgate/contracts';
import { type ChannelParts } from '../src/judgement/channel-parts.js';
import { type ChannelObserved, ChannelWindows } from '../src/judgement/channel-windows.js';
import { firstVerdict, judgeChannel, transitions, type Verdict } from '../src/judgement/judge-channel.js';
import { type UsualPace } from '../src/judgement/slowness.js';
import { THRESHOLDS } from '../src/judgement/thresholds.js';

export const SECOND = 1_000;

export type Seen = Pick<
  ChannelObserved,
  'credential' | 'model' | 'firstByteMsCounts' | 'durationMsCounts'
> & {
  readonly succeeded?: number;
  readonly failed?: Record<string, number>;
};

/** A channel of two credentials and three models that is judged after each second in which something was seen. */
export class JudgedChannel {
  now = 1_700_000_000_000;
  readonly windows = new ChannelWindows();
  verdict: Verdict = firstVerdict(this.now);
  parts: ChannelParts = { credentials: 2, models: new Set(['a', 'b', 'c']) };
  usual: (model: string) => UsualPace | undefined = () => undefined;

  /** One second passes in which this is seen. */
  see(...seen: readonly Seen[]): void {
    for (const one of seen) {
      const counts = { succeeded: 0, failed: {}, firstByteMsSum: 0, durationMsSum: 0, ...one };
      this.windows.observe(
        { windowStart: this.now, windowMs: SECOND, ...counts },
        this.parts,
        this.now + SECOND,
      );
    }
    this.now += SECOND;
    this.judge();
  }

  judge(changes: { changed?: boolean; credentialsChanged?: boolean } = {}): void {
    const { windows, parts, now, usual, verdict } = this;
    const { slowness: limits } = settingsDocument.parse({}).health;
    const facts = {
      windows,
      parts,
      now,
      slowness: { limits, usual },
      thresholds: THRESHOLDS,
      random: () => 0.5,
    };
    const next = judgeChannel({
      ...{ ...facts, current: verdict, changed: false, credentialsChanged: false },
      ...changes,
    });
    for (const { part, to } of transitions(verdict, next, windows, now)) {
      if (to.state === 'half-open' && part !== null) windows.restartPart(part, now);
    }
    if (next.own.state === 'half-open' && verdict.own.state !== 'half-open') windows.restart(now);
    this.verdict = next;
  }

  /** Of its parts those that are not healthy. */
  get states() {
    const entries = (map: ReadonlyMap<string | number, { state: string }>) =>
      Object.fromEntries([...map].map(([key, { state }]) => [key, state]));
    const { whole, credentials, models } = this.verdict;
    return { channel: whole.state, credentials: entries(credentials), models: entries(models) };
  }
}
