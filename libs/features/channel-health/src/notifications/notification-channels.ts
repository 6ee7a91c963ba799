import { type Clock, type NotificationRule } from '@tollgate/contracts';
import { type EgressGuard, GuardedPoster } from '@tollgate/providers';
import { type MasterKey } from '@tollgate/security';
import { createTransport, type Transporter } from 'nodemailer';
import { type StoredNotification } from '../database/notification-store.js';
import { webhookSecret, webhookSignature } from './webhook-signature.js';

export interface MailSettings {
  /** `smtp://` or `smtps://`, with user and password where the server wants them. */
  readonly url: string;
  readonly from: string;
}

export interface NotificationChannelsOptions {
  readonly guard: EgressGuard;
  readonly masterKey: MasterKey;
  /** `undefined`: mail can't be sent. */
  readonly mail: MailSettings | undefined;
  readonly clock: Clock;
}

const MAIL_TIMEOUT_MS = 10_000;

/** Hands one notification to its receiver. Rejects unless the receiver has it. */
export class NotificationChannels {
  readonly #poster: GuardedPoster;
  readonly #mailer: Transporter | undefined;

  constructor(private readonly options: NotificationChannelsOptions) {
    this.#poster = new GuardedPoster(options.guard);
    this.#mailer =
      options.mail === undefined
        ? undefined
        : createTransport({
            url: options.mail.url,
            connectionTimeout: MAIL_TIMEOUT_MS,
            greetingTimeout: MAIL_TIMEOUT_MS,
            socketTimeout: MAIL_TIMEOUT_MS,
          });
  }

  async deliver(notification: StoredNotification, { webhook, email }: NotificationRule): Promise<void> {
    if (webhook !== undefined) {
      await this.#post(notification, new URL(webhook.url));
    }
    if (email !== undefined) {
      await this.#mail(notification, email.to);
    }
  }

  close(): void {
    this.#mailer?.close();
  }

  async #post(
    { id, rule, kind, subject_kind, subject_id, body, created_at }: StoredNotification,
    url: URL,
  ): Promise<void> {
    const text = JSON.stringify({
      ...{ id, type: kind, rule, createdAt: new Date(created_at).toISOString() },
      [subject_kind]: { id: subject_id, name: body.subjectName },
      ...{ summary: body.summary, data: body.facts },
    });
    const seconds = Math.floor(this.options.clock.now() / 1_000);
    const secret = webhookSecret(this.options.masterKey, rule);
    const headers = ['content-type', 'application/json', 'user-agent', 'tollgate'];
    headers.push('x-tollgate-notification-id', id);
    headers.push('x-tollgate-signature', webhookSignature(secret, seconds, text));
    const { status } = await this.#poster.post({ url, headers, body: text });
    if (status < 200 || status >= 300) {
      throw new Error(`the webhook answered with status ${status}`);
    }
  }

  async #mail({ id, body, kind, created_at }: StoredNotification, to: readonly string[]): Promise<void> {
    const { mail } = this.options;
    if (this.#mailer === undefined || mail === undefined) {
      throw new Error('mail is not set up: SMTP_URL and SMTP_FROM are not set');
    }
    const facts = Object.entries(body.facts).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
    await this.#mailer.sendMail({
      ...{ from: mail.from, to: [...to], subject: `[Tollgate] ${kind}: ${body.subjectName}` },
      // The same for each attempt, so that a reader can see what came twice.
      messageId: `<${id}@tollgate.invalid>`,
      text: [body.summary, '', ...facts, `at: ${new Date(created_at).toISOString()}`].join('\n'),
    });
  }
}
