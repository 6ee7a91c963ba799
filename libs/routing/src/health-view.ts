import type { ChannelId, ChannelState, ChannelStatusDocument } from '@tollgate/contracts';

/** How long channel-health may take to let an open part be tried again. */
const OVERDUE_MS = 30_000;

/**
 * What channel-health says, at one moment. Immutable: a change makes a new one, so that what was derived from it is known
 * to be stale by its identity.
 */
export class HealthView {
  constructor(private readonly statuses: ReadonlyMap<string, ChannelStatusDocument>) {}

  /** Nothing is said against the channel, nor against any part of it. */
  isSound(channel: ChannelId): boolean {
    const status = this.statuses.get(channel);
    return (
      status === undefined ||
      (status.state === 'healthy' && status.credentials === undefined && status.models === undefined)
    );
  }

  /** @param now milliseconds since the epoch */
  stateOf(channel: ChannelId, model: string, now: number): ChannelState {
    const status = this.statuses.get(channel);
    if (status === undefined) return 'healthy';
    const whole = current(status, now);
    if (whole === 'open') return whole;
    const part = status.models?.find(({ name }) => name === model);
    return part === undefined ? whole : current(part, now);
  }

  /** Of a credential by itself: what holds for its whole channel, `stateOf` says. */
  credentialState(channel: ChannelId, position: number, now: number): ChannelState {
    const part = this.statuses.get(channel)?.credentials?.find((listed) => listed.position === position);
    return part === undefined ? 'healthy' : current(part, now);
  }
}

/** For operators who want no channel rested or opened. */
export const ALL_HEALTHY = new HealthView(new Map());

/** What is open and whose first trial is long due is on trial: the service that would say so is away. */
function current(
  { state, retryAt }: { readonly state: ChannelState; readonly retryAt: number | null },
  now: number,
): ChannelState {
  return state === 'open' && retryAt !== null && now > retryAt + OVERDUE_MS ? 'half-open' : state;
}
