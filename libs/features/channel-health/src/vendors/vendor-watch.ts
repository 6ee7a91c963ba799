import { type ChannelId, type Clock, GatewayError, type SettingsDocument } from '@tollgate/contracts';
import { type Logger } from '@tollgate/telemetry';
import { type DataSource } from 'typeorm';
import { type ConfiguredChannel } from '../configuration/configuration-watch.js';
import { type NotificationStore } from '../database/notification-store.js';
import { type StoredVendorCheck, type VendorCheckStore } from '../database/vendor-check-store.js';
import { balanceLow, modelsChanged, type Notice } from '../notifications/notice.js';
import { type ProbePort } from '../probing/probe-port.js';
import { findingsOf, type VendorFindings } from './vendor-check.js';

export interface VendorWatchDependencies {
  /** `undefined`: there is no way to a proxy. */
  readonly port: ProbePort | undefined;
  readonly dataSource: DataSource;
  readonly store: VendorCheckStore;
  readonly notifications: NotificationStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

const IN_FLIGHT_MAX = 4;
const INTERVAL_SPREAD = 0.1;

type HealthSettings = SettingsDocument['health'];

/** Asks vendors, through a proxy, for their models and our balance; tells what is new. */
export class VendorWatch {
  readonly #nextAt = new Map<ChannelId, number>();
  #inFlight = 0;

  constructor(private readonly dependencies: VendorWatchDependencies) {}

  /** Begins what is due and does not wait for it; called by the leading replica again and again. */
  runDue(channels: Iterable<ConfiguredChannel>, settings: HealthSettings): void {
    const { enabled, intervalSeconds } = settings.vendorChecks;
    if (!enabled || this.dependencies.port === undefined) {
      return;
    }
    const now = this.dependencies.clock.now();
    for (const channel of channels) {
      if (this.#inFlight >= IN_FLIGHT_MAX) {
        return;
      }
      if (channel.enabled && (this.#nextAt.get(channel.id) ?? 0) <= now) {
        const spread = 1 + INTERVAL_SPREAD * (2 * this.dependencies.random() - 1);
        this.#nextAt.set(channel.id, now + intervalSeconds * 1_000 * spread);
        void this.#checkQuietly(channel, settings);
      }
    }
  }

  /** Channels that no longer exist. */
  forget(ids: readonly ChannelId[]): void {
    for (const id of ids) {
      this.#nextAt.delete(id);
    }
  }

  /** @throws GatewayError when no proxy asked: `service_unavailable`, `not_found` … */
  async check(channel: ConfiguredChannel, settings: HealthSettings): Promise<StoredVendorCheck> {
    const { port, dataSource, store, notifications, clock } = this.dependencies;
    if (port === undefined) {
      throw new GatewayError('service_unavailable', 'This service has no way to ask a proxy.');
    }
    const reply = await port.query({ channelId: channel.id });
    const now = clock.now();
    return dataSource.transaction(async (manager) => {
      const known = await store.find(manager, channel.id);
      const findings = findingsOf({
        known: known === undefined ? undefined : { models: known.models, balanceLow: known.balance_low },
        ...{ reply, upstreamModels: channel.upstreamModels, balanceMin: settings.vendorChecks.balanceMin },
      });
      await store.save(manager, { channelId: channel.id, reply, findings, now });
      const stored = await store.find(manager, channel.id);
      if (stored === undefined) {
        throw new Error('a check was not stored');
      }
      const notices = noticesOf(channel, findings, stored);
      await notifications.enqueue(manager, { notices, rules: settings.notifications, now });
      return stored;
    });
  }

  /** What a vendor told last. */
  last(channelId: string): Promise<StoredVendorCheck | undefined> {
    return this.dependencies.store.find(this.dependencies.dataSource, channelId);
  }

  async #checkQuietly(channel: ConfiguredChannel, settings: HealthSettings): Promise<void> {
    this.#inFlight += 1;
    try {
      await this.check(channel, settings);
    } catch (error) {
      this.dependencies.logger.debug({ error, channelId: channel.id }, 'A vendor could not be asked.');
    } finally {
      this.#inFlight -= 1;
    }
  }
}

function noticesOf(
  { id, name }: ConfiguredChannel,
  { added, removed, becameLow }: VendorFindings,
  { balance_amount: amount, balance_currency: currency }: StoredVendorCheck,
): Notice[] {
  const channel = { id, name };
  return [
    ...(becameLow ? [balanceLow(channel, { amount: amount ?? '', currency: currency ?? '' })] : []),
    ...(added.length + removed.length > 0 ? [modelsChanged(channel, { added, removed })] : []),
  ];
}
