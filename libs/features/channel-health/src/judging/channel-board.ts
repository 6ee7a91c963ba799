import {
  type ChannelId,
  type ChannelObservationV1,
  type ChannelState,
  type ChannelStatusDocument,
} from '@tollgate/contracts';
import { type ConfiguredChannel } from '../configuration/configuration-watch.js';
import { type StoredChannel } from '../database/channel-rows.js';
import { type ChannelUpdate } from '../database/channel-store.js';
import { ChannelWindow } from '../judgement/channel-window.js';
import { acquit, firstJudgement, judge, type Judgement } from '../judgement/judge.js';
import { type Thresholds } from '../judgement/thresholds.js';
import { statusOf } from './status-publisher.js';

interface Entry {
  name: string;
  judgement: Judgement;
  readonly window: ChannelWindow;
  /** As judged last; `undefined` after a start, when nothing is known of changes. */
  fingerprint: string | undefined;
  /** As stored last, to store only what differs. */
  stored: string;
}

/** Every channel with its window and its judgement, in the memory of the replica that judges. */
export class ChannelBoard {
  readonly #entries = new Map<ChannelId, Entry>();

  constructor(private readonly thresholds: Thresholds) {}

  /** Begins again from what is stored; windows begin empty. */
  load(channels: readonly StoredChannel[]): void {
    this.#entries.clear();
    for (const { id, name, judgement } of channels) {
      const window = new ChannelWindow();
      // What was seen before a trial began says nothing about the trial.
      window.restart(judgement.state === 'half-open' ? judgement.since : Number.NEGATIVE_INFINITY);
      this.#entries.set(id, { name, judgement, window, fingerprint: undefined, stored: '' });
    }
  }

  /** Observations of channels that do not exist are passed over. */
  observe(observation: ChannelObservationV1, now: number): void {
    this.#entries.get(observation.channelId)?.window.add(observation, now);
  }

  get ids(): readonly ChannelId[] {
    return [...this.#entries.keys()];
  }

  statuses(): ChannelStatusDocument[] {
    return [...this.#entries].map(([id, { judgement }]) => statusOf(id, judgement));
  }

  statesByName(): (readonly [string, ChannelState])[] {
    return [...this.#entries.values()].map(({ name, judgement }) => [name, judgement.state] as const);
  }

  /** What is to be stored: judgements and numbers that changed. Nothing changes on the board before `commit`. */
  proposals(configured: Iterable<ConfiguredChannel>, isJudging: boolean, now: number): ChannelUpdate[] {
    const updates: ChannelUpdate[] = [];
    for (const channel of configured) {
      const entry = this.#entries.get(channel.id) ?? this.#add(channel, now);
      const window = entry.window.totals(now);
      const current = entry.judgement;
      const changed = entry.fingerprint !== undefined && entry.fingerprint !== channel.fingerprint;
      const judgement = isJudging
        ? judge({ current, window, now, changed, thresholds: this.thresholds })
        : acquit(current, now);
      const from = judgement.state === current.state ? null : current.state;
      const update = { id: channel.id, name: channel.name, judgement, window, from };
      if (changed || JSON.stringify(update) !== entry.stored) {
        updates.push(update);
      }
    }
    return updates;
  }

  /** The proposals are stored: from now on they hold. */
  commit(updates: readonly ChannelUpdate[], configured: ReadonlyMap<ChannelId, ConfiguredChannel>): void {
    for (const update of updates) {
      const entry = this.#entries.get(update.id);
      if (entry === undefined) {
        continue;
      }
      entry.name = update.name;
      entry.judgement = update.judgement;
      entry.stored = JSON.stringify({ ...update, from: null });
      if (update.from !== null && update.judgement.state === 'half-open') {
        entry.window.restart(update.judgement.since);
      }
    }
    for (const [id, entry] of this.#entries) {
      entry.fingerprint = configured.get(id)?.fingerprint ?? entry.fingerprint;
    }
  }

  remove(ids: readonly ChannelId[]): void {
    for (const id of ids) {
      this.#entries.delete(id);
    }
  }

  #add({ id, name }: ConfiguredChannel, now: number): Entry {
    const entry: Entry = {
      name,
      judgement: firstJudgement(now),
      window: new ChannelWindow(),
      fingerprint: undefined,
      stored: '',
    };
    this.#entries.set(id, entry);
    return entry;
  }
}
