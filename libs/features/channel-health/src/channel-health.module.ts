import {
  type DynamicModule,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type Clock } from '@tollgate/contracts';
import { type DocumentStore, type EventLog } from '@tollgate/messaging';
import { type HealthChecks, type Logger } from '@tollgate/telemetry';
import { type Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { ChannelHealthMetrics } from './channel-health-metrics.js';
import { ChannelReader } from './database/channel-reader.js';
import { IncidentReader } from './database/incident-reader.js';
import { ChannelHealthController } from './http/channel-health.controller.js';
import { CLOCK, IncidentController } from './http/incident.controller.js';
import { ChannelJudge } from './judging/channel-judge.js';

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
  /** Gets the check `channel-judge`. */
  readonly health?: HealthChecks;
  readonly metrics?: Registry;
}

/** Channel-health as a Nest module: its HTTP API, and its judge for as long as the application lives. */
@Module({})
export class ChannelHealthModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly judge: ChannelJudge) {}

  static register(dependencies: ChannelHealthDependencies): DynamicModule {
    return {
      module: ChannelHealthModule,
      controllers: [ChannelHealthController, IncidentController],
      providers: [
        { provide: CLOCK, useValue: dependencies.clock },
        { provide: IncidentReader, useFactory: () => new IncidentReader(dependencies.dataSource) },
        { provide: ChannelReader, useFactory: () => new ChannelReader(dependencies.dataSource) },
        {
          provide: ChannelJudge,
          useFactory: () => {
            const { metrics: registry, random = Math.random, ...others } = dependencies;
            const metrics = registry === undefined ? undefined : new ChannelHealthMetrics(registry);
            return new ChannelJudge({ ...others, random, metrics });
          },
        },
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.judge.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.judge.stop();
  }
}
