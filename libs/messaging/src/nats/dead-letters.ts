import type { ConsumerName, Topic } from '@tollgate/contracts';
import { headers } from '@nats-io/transport-node';
import type { DeadLetter, DeadLetters } from '../event-log.js';
import { unavailable } from '../unavailable.js';
import { MESSAGE_ID_HEADER } from './message-id-header.js';
import type { EventTopology } from './event-topology.js';
import { orAbsent, type JetStream } from './jetstream.js';

type StoredLetter = Omit<DeadLetter, 'id'>;

export interface NewDeadLetter extends Omit<StoredLetter, 'diedAt'> {
  readonly topic: Topic;
  readonly consumer: ConsumerName;
  /** Of the message in its stream; tells a replayed message that died again from its first death. */
  readonly sequence: number;
}

/** A stream of its own; a letter's id is its sequence there. */
export class NatsDeadLetters implements DeadLetters {
  constructor(
    private readonly jetStream: JetStream,
    private readonly topology: EventTopology,
    private readonly now: () => number,
  ) {}

  async add({ sequence, ...letter }: NewDeadLetter): Promise<void> {
    const stored: StoredLetter = { ...letter, diedAt: this.now() };
    await this.jetStream.client.publish(this.topology.deadLetterSubject, JSON.stringify(stored), {
      msgID: `${letter.topic}/${letter.consumer}/${letter.messageId}/${sequence}`,
    });
  }

  list({ limit }: { readonly limit: number }): Promise<readonly DeadLetter[]> {
    return this.answer(async () => {
      const letters: DeadLetter[] = [];
      for (let sequence = 1; letters.length < limit;) {
        const found = await this.read({ seq: sequence, next_by_subj: this.topology.deadLetterSubject });
        if (found === undefined) break;
        letters.push(found);
        sequence = Number(found.id) + 1;
      }
      return letters;
    });
  }

  replay(id: string): Promise<boolean> {
    return this.answer(async () => {
      const letter = isSequence(id) ? await this.read({ seq: Number(id) }) : undefined;
      if (letter === undefined) return false;
      const header = headers();
      header.set(MESSAGE_ID_HEADER, letter.messageId);
      await this.jetStream.client.publish(
        this.topology.replaySubjectOf(letter.topic, letter.consumer),
        JSON.stringify(letter.body),
        // Asked twice, or cut off before the letter was deleted: one delivery.
        { msgID: `replay/${letter.consumer}/${letter.messageId}/${id}/${letter.diedAt}`, headers: header },
      );
      await this.delete(id);
      return true;
    });
  }

  discard(id: string): Promise<boolean> {
    return this.answer(async () => isSequence(id) && this.delete(id));
  }

  private async delete(id: string): Promise<boolean> {
    // The error for an absent message is the one for every failed deletion.
    if ((await this.read({ seq: Number(id) })) === undefined) return false;
    const { streams } = await this.jetStream.manager();
    return streams.deleteMessage(this.topology.deadLetterStream, Number(id), false);
  }

  private async read(query: { seq: number; next_by_subj?: string }): Promise<DeadLetter | undefined> {
    const { streams } = await this.jetStream.manager();
    const found = await orAbsent(
      streams.getMessage(this.topology.deadLetterStream, query as { seq: number }),
    );
    if (found === undefined || found === null) return undefined;
    return { id: String(found.seq), ...found.json<StoredLetter>() };
  }

  private async answer<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      await this.topology.ensure();
      return await work();
    } catch (error) {
      throw unavailable('The dead letters could not be reached', error);
    }
  }
}

function isSequence(id: string): boolean {
  return /^[1-9]\d{0,14}$/.test(id);
}
