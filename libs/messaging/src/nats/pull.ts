import { createInbox, nanos, type Msg, type Subscription } from '@nats-io/transport-node';
import type { NatsLink } from './link.js';

/** Beyond the server's own limit: then its answer is lost. */
const ANSWER_MARGIN_MS = 2_000;

export interface PullInput {
  readonly link: NatsLink;
  readonly stream: string;
  readonly consumer: string;
  readonly batchMax: number;
  /** How long the server waits for a first message. */
  readonly waitMs: number;
}

export interface PullResult {
  readonly messages: readonly Msg[];
  /** `false`: the answer was cut off; the consumer may be gone. */
  readonly answered: boolean;
}

/**
 * One request for messages: waits for the first, then takes what else is there. What arrives after the end is
 * given back at once, so that no message waits for its redelivery because of us.
 */
export class Pull {
  readonly result: Promise<PullResult>;
  private readonly messages: Msg[] = [];
  private readonly inbox: string = createInbox();
  private readonly subscription: Subscription;
  private readonly timer: NodeJS.Timeout;
  private readonly forgetDisconnect: () => void;
  private resolve: (result: PullResult) => void = () => undefined;
  private ended = false;

  constructor(private readonly input: PullInput) {
    const { link, stream, consumer, batchMax, waitMs } = input;
    this.result = new Promise((resolve) => (this.resolve = resolve));
    this.subscription = link.connection.subscribe(this.inbox, {
      callback: (error, message) => this.take(error, message),
    });
    this.timer = setTimeout(() => this.end(false), waitMs + ANSWER_MARGIN_MS);
    this.forgetDisconnect = link.onDisconnect(() => this.end(false));
    // no_wait with expires: the server answers as soon as it has something, and says when that was all.
    const request = { batch: batchMax, no_wait: true, expires: nanos(waitMs) };
    link.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), {
      reply: this.inbox,
    });
  }

  /** Ends it with nothing. */
  cancel(): void {
    if (this.ended) return;
    for (const message of this.messages.splice(0)) giveBack(message);
    this.end(true);
  }

  private take(error: Error | null, message: Msg): void {
    if (error !== null) return this.end(false);
    if (message.subject === this.inbox) return this.takeStatus(message.headers?.code ?? 0);
    if (this.ended) return giveBack(message);
    this.messages.push(message);
    if (this.messages.length === this.input.batchMax) this.end(true);
  }

  /** 404 and 408: no more; 409: the consumer was deleted or refuses; 503: JetStream is away. */
  private takeStatus(code: number): void {
    if (code >= 400) this.end(code === 404 || code === 408);
  }

  private end(answered: boolean): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.timer);
    this.forgetDisconnect();
    // Not unsubscribe: what the server has already sent must still arrive to be given back.
    if (this.input.link.connected)
      void this.subscription.drain().catch(() => this.subscription.unsubscribe());
    else this.subscription.unsubscribe();
    this.resolve({ messages: this.messages, answered });
  }
}

function giveBack(message: Msg): void {
  message.respond('-NAK');
}
