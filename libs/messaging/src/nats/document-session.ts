import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import { createInbox, nanos, type Msg, type Subscription } from '@nats-io/transport-node';
import { API_TIMEOUT_MS, type JetStream } from './jetstream.js';
import { parseReplySubject } from './reply-subject.js';

const HEARTBEAT_MS = 2_000;
const SILENCE_MAX_MS = 3 * HEARTBEAT_MS;

export interface SessionInput {
  readonly jetStream: JetStream;
  readonly stream: string;
  readonly filterSubject: string;
  /** `present`: the last message of each subject, then new ones; `new`: new ones only. */
  readonly deliver: 'present' | 'new';
  readonly receiver: SessionReceiver;
}

export interface SessionReceiver {
  message(message: Msg, revision: number): void;
  /** What was present at the start has been given; called once, also for `new`. */
  caughtUp(): void;
  /** Something was or may have been missed: this session is over. Called once at most. */
  broken(reason: string): void;
}

/**
 * One unbroken reading of a bucket's stream through an ephemeral push consumer. It proves by sequence numbers and
 * heartbeats that nothing is missing, and gives up at the first doubt: reading again from the start is the one remedy.
 */
export class DocumentSession {
  private readonly subscription: Subscription;
  private readonly inbox: string = createInbox();
  private readonly forgetDisconnect: () => void;
  private watchdog: NodeJS.Timeout | undefined;
  private lastHeardAt = performance.now();
  private consumerSequence = 0;
  private presentLeft = Infinity;
  private caughtUp = false;
  private over = false;

  private constructor(private readonly input: SessionInput) {
    const { link } = input.jetStream;
    this.subscription = link.connection.subscribe(this.inbox, {
      callback: (error, message) => this.hear(error, message),
    });
    this.forgetDisconnect = link.onDisconnect(() => this.break('the connection was lost'));
  }

  /** Rejects when the consumer can't be made, e.g. because the bucket is missing. */
  static async open(input: SessionInput): Promise<DocumentSession> {
    const session = new DocumentSession(input);
    try {
      await session.start();
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  get isOver(): boolean {
    return this.over;
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    clearInterval(this.watchdog);
    this.forgetDisconnect();
    // The server removes the consumer when nobody listens to its inbox any more.
    this.subscription.unsubscribe();
  }

  private async start(): Promise<void> {
    const { jetStream, stream, filterSubject, deliver } = this.input;
    const { consumers } = await jetStream.manager();
    const made = await consumers.add(stream, {
      deliver_subject: this.inbox,
      deliver_policy: deliver === 'present' ? DeliverPolicy.LastPerSubject : DeliverPolicy.New,
      filter_subject: filterSubject,
      ack_policy: AckPolicy.None,
      max_deliver: 1,
      flow_control: true,
      idle_heartbeat: nanos(HEARTBEAT_MS),
      inactive_threshold: nanos(API_TIMEOUT_MS * 2),
      mem_storage: true,
      num_replicas: 1,
    });
    if (this.over) throw new Error('the connection was lost');
    this.lastHeardAt = performance.now();
    this.watchdog = setInterval(() => this.checkSilence(), HEARTBEAT_MS);
    this.presentLeft = deliver === 'present' ? made.num_pending - this.consumerSequence : 0;
    this.checkCaughtUp();
  }

  private hear(error: Error | null, message: Msg): void {
    if (this.over) return;
    this.lastHeardAt = performance.now();
    if (error !== null) return this.break(error.message);
    if (message.subject === this.inbox) return this.hearStatus(message);
    const facts = parseReplySubject(message.reply);
    if (facts?.consumerSequence !== this.consumerSequence + 1)
      return this.break('messages were lost on the way');
    this.consumerSequence = facts.consumerSequence;
    this.input.receiver.message(message, facts.streamSequence);
    // Counted, and not read off "pending" alone: a document written meanwhile moves from its place to the end.
    this.presentLeft = facts.pending === 0 ? 0 : this.presentLeft - 1;
    this.checkCaughtUp();
  }

  private hearStatus(message: Msg): void {
    if (message.headers?.code !== 100)
      return this.break(message.headers?.description ?? 'the consumer ended');
    const stalled = message.headers.get('Nats-Consumer-Stalled');
    if (stalled !== '') this.input.jetStream.link.connection.publish(stalled);
    if (message.reply !== undefined && message.reply !== '') message.respond();
    const sent = message.headers.get('Nats-Last-Consumer');
    if (sent === '') return;
    if (Number(sent) !== this.consumerSequence) return this.break('messages were lost on the way');
    this.presentLeft = 0;
    this.checkCaughtUp();
  }

  private checkCaughtUp(): void {
    if (this.caughtUp || this.over || this.presentLeft > 0) return;
    this.caughtUp = true;
    this.input.receiver.caughtUp();
  }

  private checkSilence(): void {
    if (performance.now() - this.lastHeardAt > SILENCE_MAX_MS) this.break('the server fell silent');
  }

  private break(reason: string): void {
    if (this.over) return;
    this.close();
    this.input.receiver.broken(reason);
  }
}
