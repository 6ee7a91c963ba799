import {
  type ChannelId,
  type ChannelObservationV1,
  type ChannelState,
  type ChannelStatusDocument,
  type SettingsDocument,
} from '@tollgate/contracts';
import { type ConfiguredChannel } from '../configuration/configuration-watch.js';
import { type StoredChannel } from '../database/channel-rows.js';
import { type ChannelUpdate } from '../database/channel-store.js';
import { type ChannelParts } from '../judgement/channel-parts.js';
import { ChannelWindows } from '../judgement/channel-windows.js';
import {
  acquitChannel,
  endRests,
  firstVerdict,
  judgeChannel,
  transitions,
  type Verdict,
} from '../judgement/judge-channel.js';
import { type UsualPace } from '../judgement/slowness.js';
import { type Thresholds } from '../judgement/thresholds.js';
import { type ProbeSubject } from '../probing/probe-targets.js';
import { AffectedRequests } from './affected-requests.js';
import { statusOf } from './status-publisher.js';

interface Entry {
  name: string;
  verdict: Verdict;
  parts: ChannelParts;
  readonly windows: ChannelWindows;
  readonly affected: AffectedRequests;
  /** When requests of it were reported last, or it was first seen. */
  seenAt: number;
  /** As judged last; `undefined` after a start, when nothing is known of changes but of those of credentials. */
  fingerprint: string | undefined;
  credentialsFingerprint: string | undefined;
  /** As stored last, to store only what differs. */
  stored: string;
}

export interface ChannelBoardOptions {
  readonly thresholds: Thresholds;
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** How fast a model usually is. */
  readonly usual: (channelId: ChannelId, model: string) => UsualPace | undefined;
}

const NO_PARTS: ChannelParts = { credentials: 0, models: new Set() };

/** Every channel with its windows and its verdict, in the memory of the replica that judges. */
export class ChannelBoard {
  readonly #entries = new Map<ChannelId, Entry>();

  constructor(private readonly options: ChannelBoardOptions) {}

  /** Begins again from what is stored; windows begin empty. */
  load(channels: readonly StoredChannel[], now: number): void {
    this.#entries.clear();
    for (const { id, name, verdict, credentialsFingerprint } of channels) {
      const entry = newEntry(name, verdict, now);
      entry.credentialsFingerprint = credentialsFingerprint;
      // What was seen before a trial began says nothing about the trial.
      restartTrials(entry.windows, undefined, verdict);
      this.#entries.set(id, entry);
    }
  }

  /** Observations of channels that do not exist are passed over. */
  observe(observation: ChannelObservationV1, now: number, { isProbe }: { readonly isProbe: boolean }): void {
    const entry = this.#entries.get(observation.channelId);
    if (entry !== undefined) {
      if (isProbe && observation.succeeded > 0) {
        entry.verdict = endRests(entry.verdict, observation, now);
      }
      entry.windows.observe(observation, entry.parts, now);
      entry.affected.observe(observation, entry.verdict, now);
      entry.seenAt = now;
    }
  }

  get ids(): readonly ChannelId[] {
    return [...this.#entries.keys()];
  }

  /** What probes choose by. */
  subjects(): Iterable<readonly [ChannelId, ProbeSubject]> {
    return this.#entries;
  }

  statuses(): ChannelStatusDocument[] {
    return [...this.#entries].map(([id, { verdict, credentialsFingerprint }]) =>
      statusOf(id, verdict, credentialsFingerprint),
    );
  }

  statesByName(): (readonly [string, ChannelState])[] {
    return [...this.#entries.values()].map(({ name, verdict }) => [name, verdict.whole.state] as const);
  }

  /** What is to be stored: verdicts and numbers that changed. Nothing changes on the board before `commit`. */
  proposals(
    configured: Iterable<ConfiguredChannel>,
    settings: SettingsDocument['health'],
    now: number,
  ): ChannelUpdate[] {
    const updates: ChannelUpdate[] = [];
    for (const channel of configured) {
      const entry = this.#entries.get(channel.id) ?? this.#add(channel, now);
      entry.parts = channel.parts;
      const changed = differs(entry.fingerprint, channel.fingerprint);
      const verdict = settings.enabled
        ? this.#judge(entry, channel, settings, now)
        : acquitChannel(entry.verdict, now);
      const changes = transitions(entry.verdict, verdict, entry.windows, now);
      const opened = changes.filter(({ to }) => to.state === 'open');
      const update: ChannelUpdate = {
        ...{ id: channel.id, name: channel.name, verdict },
        credentialsFingerprint: channel.credentialsFingerprint,
        window: entry.windows.total.summary(now),
        transitions: changes,
        affected: [...entry.affected.list(), ...opened.map(({ part }) => entry.affected.recent(part))],
      };
      if (
        changed ||
        update.transitions.length > 0 ||
        update.affected.length > 0 ||
        stored(update) !== entry.stored
      ) {
        updates.push(update);
      }
    }
    return updates;
  }

  #judge(
    entry: Entry,
    channel: ConfiguredChannel,
    { slowness: limits }: SettingsDocument['health'],
    now: number,
  ): Verdict {
    const { thresholds, random, usual } = this.options;
    const credentialsChanged = differs(entry.credentialsFingerprint, channel.credentialsFingerprint);
    return judgeChannel({
      ...{ thresholds, random },
      slowness: limits.enabled ? { limits, usual: (model) => usual(channel.id, model) } : undefined,
      ...{ current: entry.verdict, windows: entry.windows, parts: channel.parts, now },
      changed: credentialsChanged || differs(entry.fingerprint, channel.fingerprint),
      credentialsChanged,
    });
  }

  /** The proposals are stored: from now on they hold. */
  commit(
    updates: readonly ChannelUpdate[],
    configured: ReadonlyMap<ChannelId, ConfiguredChannel>,
    now: number,
  ): void {
    for (const update of updates) {
      const entry = this.#entries.get(update.id);
      if (entry === undefined) {
        continue;
      }
      restartTrials(entry.windows, entry.verdict, update.verdict);
      entry.name = update.name;
      entry.verdict = update.verdict;
      entry.stored = stored(update);
      entry.affected.clear(update.affected);
    }
    for (const [id, entry] of this.#entries) {
      entry.affected.prune(now);
      const channel = configured.get(id);
      if (
        differs(entry.credentialsFingerprint, channel?.credentialsFingerprint ?? entry.credentialsFingerprint)
      ) {
        entry.windows.replaceCredentials(now);
      }
      entry.fingerprint = channel?.fingerprint ?? entry.fingerprint;
      entry.credentialsFingerprint = channel?.credentialsFingerprint ?? entry.credentialsFingerprint;
      const { own, credentials, models } = entry.verdict;
      entry.windows.prune(now, ({ kind, key }) => {
        const isPartNeeded = kind === 'credential' ? credentials.has(key) : models.has(key);
        // A channel on trial counts what succeeds with its models.
        return isPartNeeded || own.state === 'half-open';
      });
    }
  }

  remove(ids: readonly ChannelId[]): void {
    for (const id of ids) {
      this.#entries.delete(id);
    }
  }

  #add({ id, name }: ConfiguredChannel, now: number): Entry {
    const entry = newEntry(name, firstVerdict(now), now);
    this.#entries.set(id, entry);
    return entry;
  }
}

function newEntry(name: string, verdict: Verdict, seenAt: number): Entry {
  return {
    ...{ name, verdict, parts: NO_PARTS, windows: new ChannelWindows(), affected: new AffectedRequests() },
    ...{ seenAt, fingerprint: undefined, credentialsFingerprint: undefined, stored: '' },
  };
}

function differs(before: string | undefined, now: string | undefined): boolean {
  return before !== undefined && before !== now;
}

/** What a channel's row is compared by. */
function stored({ name, verdict, window }: ChannelUpdate): string {
  return JSON.stringify([
    name,
    verdict.whole,
    verdict.own,
    [...verdict.credentials],
    [...verdict.models],
    window,
  ]);
}

/** Whatever goes on trial begins with an empty window. */
function restartTrials(
  windows: ChannelWindows,
  before: Verdict | undefined,
  { own, credentials, models }: Verdict,
): void {
  if (own.state === 'half-open' && before?.own.state !== 'half-open') {
    windows.restart(own.since);
  }
  for (const [key, { state, since }] of credentials) {
    if (state === 'half-open' && before?.credentials.get(key)?.state !== 'half-open') {
      windows.restartPart({ kind: 'credential', key }, since);
    }
  }
  for (const [key, { state, since }] of models) {
    if (state === 'half-open' && before?.models.get(key)?.state !== 'half-open') {
      windows.restartPart({ kind: 'model', key }, since);
    }
  }
}
