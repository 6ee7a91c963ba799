import { type SettingsInput } from '@tollgate/contracts';
import { eventually, signedAt, WebhookReceiver } from '@tollgate/testing';
import { type ChannelHealthDependencies } from '../src/channel-health.module.js';
import { HealthWorld, type Replica } from './health-world.js';

type Rule = NonNullable<NonNullable<SettingsInput['health']>['notifications']>[number];

/** As the API shows it. */
export interface ShownNotification {
  readonly id: string;
  readonly rule: string;
  readonly kind: string;
  readonly summary: string;
  readonly attempts: number;
}

/** A world whose rules tell a receiver of webhooks. */
export class NotificationGround {
  private constructor(
    readonly world: HealthWorld,
    readonly hook: WebhookReceiver,
    private readonly defaults: Pick<Rule, 'name' | 'on'>,
  ) {}

  /** With what a rule is unless a test says otherwise. */
  static async start(defaults: Pick<Rule, 'name' | 'on'>): Promise<NotificationGround> {
    return new NotificationGround(await HealthWorld.create(), await WebhookReceiver.start(), defaults);
  }

  async stop(): Promise<void> {
    this.hook.stop();
    await this.world.drop();
  }

  /** As if nothing had happened. */
  async renew(): Promise<void> {
    await this.world.reset();
    this.hook.forget();
  }

  /** From now on these are the rules; those without mail tell the receiver. */
  async tell(...rules: readonly Partial<Rule>[]): Promise<void> {
    const webhook = { url: this.hook.url };
    const notifications = rules.map((rule) => ({
      ...this.defaults,
      ...(rule.email === undefined && { webhook }),
      ...rule,
    }));
    await this.world.set({ notifications });
  }

  startReplica(more: Partial<ChannelHealthDependencies> = {}): Promise<Replica> {
    return this.world.start({ allowPrivateWebhooks: true, ...more });
  }

  /** Rounds follow until so many notifications are there, newest first, and each was tried so often. */
  settled(replica: Replica, count: number, attempts = 1): Promise<readonly ShownNotification[]> {
    return eventually(async () => {
      await replica.judge.judgeNow();
      const { items } = (await this.world.get(replica, '/notifications')).json<{
        items: readonly ShownNotification[];
      }>();
      const isDone = items.length === count && items.every((item) => item.attempts >= attempts);
      return isDone ? items : undefined;
    }, `${count} notifications`);
  }

  /** When the first webhook was signed, in seconds; `undefined`: not with the secret that the API shows for the rule. */
  async firstSignedAt(replica: Replica, rule: string): Promise<number | undefined> {
    const [webhook] = this.hook.received;
    const answer = await this.world.get(replica, `/notifications/${rule}/secret`);
    return webhook && signedAt(webhook, answer.json<{ secret: string }>().secret);
  }
}
