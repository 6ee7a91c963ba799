import { CHANNEL_STATES, type ChannelState } from '@tollgate/contracts';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What operators watch of channels; shown by the replica that judges. */
export class ChannelHealthMetrics {
  readonly #states: Gauge;
  readonly #changes: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#states = new Gauge({
      name: 'tollgate_channel_state',
      help: '1 for the state that a channel is in.',
      labelNames: ['channel', 'state'],
      registers,
    });
    this.#changes = new Counter({
      name: 'tollgate_channel_state_changes_total',
      help: 'Changes of a channel into a state.',
      labelNames: ['channel', 'state'],
      registers,
    });
  }

  show(states: readonly (readonly [string, ChannelState])[]): void {
    this.#states.reset();
    for (const [channel, current] of states) {
      for (const state of CHANNEL_STATES) {
        this.#states.set({ channel, state }, state === current ? 1 : 0);
      }
    }
  }

  changed(channel: string, state: ChannelState): void {
    this.#changes.inc({ channel, state });
  }
}
