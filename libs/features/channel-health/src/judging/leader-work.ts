import { type ChannelId, type SettingsDocument } from '@tollgate/contracts';
import { type ConfiguredChannel } from '../configuration/configuration-watch.js';
import { type BudgetAlertConsumer } from '../notifications/budget-alert.consumer.js';
import { type Notifier } from '../notifications/notifier.js';
import { type ProbeSubject } from '../probing/probe-targets.js';
import { type Prober } from '../probing/prober.js';
import { type VendorWatch } from '../vendors/vendor-watch.js';

export interface LeaderWorkInput {
  readonly subjects: Iterable<readonly [ChannelId, ProbeSubject]>;
  readonly channels: Iterable<ConfiguredChannel>;
  readonly settings: SettingsDocument['health'];
  /** `false` as soon as this replica leads no more: what is under way does nothing further. */
  readonly isLeading: () => boolean;
}

/** What the leading replica does besides judging: begun with each round, and never waited for. */
export class LeaderWork {
  constructor(
    private readonly parts: {
      readonly prober: Prober;
      readonly vendors: VendorWatch;
      readonly notifier: Notifier;
      readonly budgetAlerts: BudgetAlertConsumer;
    },
  ) {}

  begin({ subjects, channels, settings, isLeading }: LeaderWorkInput): void {
    this.parts.prober.runDue(subjects, settings.probes, isLeading);
    this.parts.vendors.runDue(channels, settings);
    this.parts.budgetAlerts.listen(settings.notifications);
    void this.parts.notifier.run(settings.notifications, isLeading);
  }

  /** This replica leads no more: what it listens to is another's. */
  async end(): Promise<void> {
    await this.parts.budgetAlerts.stop();
  }

  /** Channels that no longer exist. */
  forget(ids: readonly ChannelId[]): void {
    this.parts.prober.forget(ids);
    this.parts.vendors.forget(ids);
  }
}
