import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { decodeCursor, PageQuery, RequireRole, toPage } from '@tollgate/control-api';
import { type MasterKey } from '@tollgate/security';
import { type DataSource } from 'typeorm';
import { type NotificationStore, type StoredNotification } from '../database/notification-store.js';
import { webhookSecret } from '../notifications/webhook-signature.js';
import { toIso } from './channel-health.view.js';

/** What the API of notifications reads. */
export class NotificationDesk {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: NotificationStore,
    private readonly masterKey: MasterKey,
  ) {}

  list(before: readonly string[] | undefined, limit: number): Promise<StoredNotification[]> {
    return this.store.list(this.dataSource, before, limit);
  }

  secretOf(rule: string): string {
    return webhookSecret(this.masterKey, rule);
  }
}

export class NotificationView {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String })
  rule!: string;

  @ApiProperty({ type: String })
  kind!: string;

  @ApiProperty({ type: String, nullable: true, description: 'null: it is of no channel.' })
  channelId!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'null: it is of no budget.' })
  budgetId!: string | null;

  @ApiProperty({ type: String })
  summary!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: 'integer' })
  attempts!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'null: it is no longer tried.',
  })
  nextAttemptAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  deliveredAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;
}

export class NotificationPage {
  @ApiProperty({ type: [NotificationView] })
  items!: readonly NotificationView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class WebhookSecretView {
  @ApiProperty({
    type: String,
    description: 'Signs the webhooks of the rule: HMAC-SHA-256 over time and body.',
  })
  secret!: string;
}

@ApiTags('channel-health')
@RequireRole('administrator')
@Controller('api/v1/channel-health/notifications')
export class NotificationController {
  constructor(private readonly desk: NotificationDesk) {}

  @Get()
  @ApiOperation({ summary: 'Notifications and how they were delivered, newest first; 30 days are kept.' })
  @ApiOkResponse({ type: NotificationPage })
  async list(@Query() { cursor, limit }: PageQuery): Promise<NotificationPage> {
    const rows = await this.desk.list(notificationPosition(cursor), limit + 1);
    const { items, nextCursor } = toPage(rows, limit, ({ created_at, id }) => [toIso(created_at), id]);
    return { items: items.map(toNotificationView), nextCursor };
  }

  @Get(':rule/secret')
  @ApiOperation({
    summary: 'The secret that the webhooks of a rule are signed with; it follows from the name of the rule.',
  })
  @ApiOkResponse({ type: WebhookSecretView })
  secret(@Param('rule') rule: string): WebhookSecretView {
    return { secret: this.desk.secretOf(rule) };
  }
}

const POSITION = [/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, /^[\da-f-]{36}$/];

function notificationPosition(cursor: string | undefined): readonly string[] | undefined {
  const position = decodeCursor(cursor, 2);
  const isOurs = position === undefined || POSITION.every((pattern, at) => pattern.test(position[at] ?? ''));
  return isOurs ? position : decodeCursor('', 2);
}

function toNotificationView(notification: StoredNotification): NotificationView {
  const { id, rule, kind, subject_kind, subject_id, body, attempts } = notification;
  const { next_attempt_at, delivered_at } = notification;
  return {
    ...{ id, rule, kind, summary: body.summary, attempts },
    channelId: subject_kind === 'channel' ? subject_id : null,
    budgetId: subject_kind === 'budget' ? subject_id : null,
    createdAt: toIso(notification.created_at),
    nextAttemptAt: next_attempt_at === null ? null : toIso(next_attempt_at),
    deliveredAt: delivered_at === null ? null : toIso(delivered_at),
    lastError: notification.last_error,
  };
}
