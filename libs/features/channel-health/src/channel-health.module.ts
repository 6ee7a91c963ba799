import {
  type DynamicModule,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import { type ClientProxy } from '@nestjs/microservices';
import { type Clock } from '@tollgate/contracts';
import { type DocumentStore, type EventLog } from '@tollgate/messaging';
import { EgressGuard } from '@tollgate/providers';
import { type MasterKey } from '@tollgate/security';
import { type HealthChecks, type Logger } from '@tollgate/telemetry';
import { type Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { ChannelHealthMetrics } from './channel-health-metrics.js';
import { OrganizationNames } from './configuration/organization-names.js';
import { ChannelReader } from './database/channel-reader.js';
import { IncidentReader } from './database/incident-reader.js';
import { NotificationStore } from './database/notification-store.js';
import { ProbeStore } from './database/probe-store.js';
import { VendorCheckStore } from './database/vendor-check-store.js';
import { ChannelHealthController } from './http/channel-health.controller.js';
import { CLOCK, IncidentController } from './http/incident.controller.js';
import { NotificationController, NotificationDesk } from './http/notification.controller.js';
import { ProbeController } from './http/probe.controller.js';
import { ChannelJudge } from './judging/channel-judge.js';
import { LeaderWork } from './judging/leader-work.js';
import { BudgetAlertConsumer } from './notifications/budget-alert.consumer.js';
import { type MailSettings, NotificationChannels } from './notifications/notification-channels.js';
import { Notifier } from './notifications/notifier.js';
import { RpcProbePort } from './probing/probe-port.js';
import { Prober } from './probing/prober.js';
import { VendorWatch } from './vendors/vendor-watch.js';

/** Everything channel-health needs from outside, ready to be used. */
export interface ChannelHealthDependencies {
  /** Opened with `channelHealthDatabase`. */
  readonly dataSource: DataSource;
  readonly eventLog: EventLog;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  /** From 0 (included) to 1 (excluded); default `Math.random`. */
  readonly random?: () => number;
  readonly logger: Logger;
  /** Signs webhooks. */
  readonly masterKey: MasterKey;
  /** The way to a proxy, which alone can ask vendors; absent: nothing is probed. */
  readonly rpcClient?: ClientProxy | undefined;
  /** Absent: mail can't be sent. */
  readonly mail?: MailSettings | undefined;
  /** Webhooks may have loopback or private addresses. Default `false`. */
  readonly allowPrivateWebhooks?: boolean;
  /** Gets the check `channel-judge`. */
  readonly health?: HealthChecks;
  readonly metrics?: Registry;
}

/** Channel-health as a Nest module: its HTTP API, and its judge for as long as the application lives. */
@Module({})
export class ChannelHealthModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly judge: ChannelJudge,
    private readonly channels: NotificationChannels,
  ) {}

  static register(dependencies: ChannelHealthDependencies): DynamicModule {
    return {
      module: ChannelHealthModule,
      controllers: [ChannelHealthController, IncidentController, NotificationController, ProbeController],
      providers: providersOf(dependencies),
    };
  }

  onApplicationBootstrap(): void {
    this.judge.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.judge.stop();
    this.channels.close();
  }
}

function providersOf(dependencies: ChannelHealthDependencies): Provider[] {
  const { dataSource, clock, metrics: registry, rpcClient, masterKey } = dependencies;
  const organizations = new OrganizationNames(dependencies);
  const shared = { ...dependencies, organizations, random: dependencies.random ?? Math.random };
  const guard = new EgressGuard({ allowPrivate: dependencies.allowPrivateWebhooks ?? false });
  const channels = new NotificationChannels({ guard, masterKey, clock, mail: dependencies.mail });
  const notifications = new NotificationStore();
  const probes = new ProbeStore(dataSource);
  const vendorChecks = new VendorCheckStore();
  const port = rpcClient === undefined ? undefined : new RpcProbePort(rpcClient);
  const prober = new Prober({ ...shared, port, store: probes });
  const vendors = new VendorWatch({ ...shared, port, store: vendorChecks, notifications });
  const notifier = new Notifier({ ...shared, store: notifications, channels });
  const metrics = registry === undefined ? undefined : new ChannelHealthMetrics(registry);
  const budgetAlerts = new BudgetAlertConsumer({ ...shared, store: notifications });
  const work = new LeaderWork({ prober, vendors, notifier, budgetAlerts });
  return [
    { provide: CLOCK, useValue: clock },
    { provide: ChannelReader, useFactory: () => new ChannelReader(dataSource) },
    { provide: IncidentReader, useFactory: () => new IncidentReader(dataSource) },
    { provide: ProbeStore, useValue: probes },
    { provide: Prober, useValue: prober },
    { provide: VendorWatch, useValue: vendors },
    { provide: NotificationChannels, useValue: channels },
    { provide: NotificationDesk, useValue: new NotificationDesk(dataSource, notifications, masterKey) },
    {
      provide: ChannelJudge,
      useFactory: () => new ChannelJudge({ ...shared, metrics, notifications, probes, vendorChecks, work }),
    },
  ];
}
