import type { ConsumerName, Topic } from '@tollgate/contracts';
import type { Msg } from '@nats-io/transport-node';
import type { DeliverySource } from '../consumption/consumption-loop.js';
import { TrackedDelivery } from '../consumption/tracked-delivery.js';
import type { NatsDeadLetters } from './dead-letters.js';
import type { EventTopology } from './event-topology.js';
import { API_TIMEOUT_MS } from './jetstream.js';
import type { NatsLink } from './link.js';
import { MESSAGE_ID_HEADER } from './message-id-header.js';
import { Pull } from './pull.js';
import { parseReplySubject } from './reply-subject.js';

const PULL_WAIT_MS = 5_000;
const TRIM_EVERY_MS = 30_000;

export interface NatsDeliverySourceInput {
  readonly link: NatsLink;
  readonly topology: EventTopology;
  readonly deadLetters: NatsDeadLetters;
  readonly topic: Topic;
  readonly consumer: ConsumerName;
  readonly batchMax: number;
  readonly ackWaitMs: number;
  readonly deliveriesMax: number;
}

/** Pulls from the durable consumer, which it makes again when the server lost it. */
export class NatsDeliverySource implements DeliverySource {
  private fitted = -1;
  private trimAfter = 0;
  private pull: Pull | undefined;
  private closed = false;

  constructor(private readonly input: NatsDeliverySourceInput) {}

  async next(): Promise<readonly TrackedDelivery[]> {
    await this.prepare();
    if (this.closed) return [];
    const { link, topology, topic, consumer, batchMax } = this.input;
    this.pull = new Pull({
      link,
      stream: topology.streamOf(topic),
      consumer,
      batchMax,
      waitMs: PULL_WAIT_MS,
    });
    const { messages, answered } = await this.pull.result;
    this.pull = undefined;
    if (!answered) topology.invalidate();
    if (!answered && messages.length === 0) throw new Error('NATS stopped answering');
    const deliveries = await Promise.all(messages.map((message) => this.delivery(message)));
    return deliveries.filter((delivery) => delivery !== undefined);
  }

  close(): void {
    this.closed = true;
    this.pull?.cancel();
  }

  private async prepare(): Promise<void> {
    const { topology, topic, consumer, ackWaitMs } = this.input;
    await topology.ensure();
    if (this.fitted !== topology.generation) {
      const { generation } = topology;
      await topology.fit(topic, consumer, ackWaitMs);
      this.fitted = generation;
    }
    if (performance.now() > this.trimAfter) {
      this.trimAfter = performance.now() + TRIM_EVERY_MS;
      await topology.trim(topic);
    }
  }

  /** `undefined`: not for the handler, and dealt with. */
  private async delivery(message: Msg): Promise<TrackedDelivery | undefined> {
    const { topology, topic, consumer, deliveriesMax } = this.input;
    const isReplay = message.subject !== topology.subjectOf(topic);
    if (isReplay && message.subject !== topology.replaySubjectOf(topic, consumer)) {
      await this.settle(message, '+ACK');
      return undefined;
    }
    const attempt = parseReplySubject(message.reply)?.deliveries ?? 1;
    const body = bodyOf(message);
    if (body === undefined) {
      await this.bury(message, 'It is not JSON', attempt);
      return undefined;
    }
    if (attempt > deliveriesMax) {
      await this.bury(message, `Not settled in ${attempt - 1} deliveries`, attempt - 1);
      return undefined;
    }
    return new TrackedDelivery({
      id: idOf(message),
      topic,
      body: body.value,
      attempt,
      deliveriesMax,
      settlement: {
        ack: () => this.settle(message, '+ACK'),
        retry: (delayMs) =>
          this.settle(message, `-NAK ${JSON.stringify({ delay: Math.ceil(delayMs) * 1_000_000 })}`),
        bury: (reason) => this.bury(message, reason, attempt),
      },
    });
  }

  /** First the dead letter, then the end of the message: a crash in between repeats the first, which has an id. */
  private async bury(message: Msg, reason: string, attempts: number): Promise<void> {
    const { deadLetters, topic, consumer } = this.input;
    await deadLetters.add({
      topic,
      consumer,
      messageId: idOf(message),
      body: bodyOf(message)?.value ?? message.string(),
      reason,
      attempts,
      sequence: parseReplySubject(message.reply)?.streamSequence ?? 0,
    });
    await this.settle(message, '+TERM');
  }

  /** As a request, so that it is known to have reached JetStream. */
  private async settle(message: Msg, verdict: string): Promise<void> {
    this.input.link.assertConnected();
    await this.input.link.connection.request(message.reply ?? '', verdict, { timeout: API_TIMEOUT_MS });
  }
}

function idOf(message: Msg): string {
  return message.headers?.get(MESSAGE_ID_HEADER) ?? '';
}

function bodyOf(message: Msg): { readonly value: unknown } | undefined {
  try {
    return { value: message.json<unknown>() };
  } catch {
    return undefined;
  }
}
