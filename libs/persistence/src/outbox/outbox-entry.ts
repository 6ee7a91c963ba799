import { type BucketName, type Topic } from '@tollgate/contracts';

/** A document to put or, with `value: null`, to delete. */
export interface OutboxDocument {
  readonly kind: 'document';
  readonly bucket: BucketName;
  readonly key: string;
  /** Any JSON value; `null` deletes. */
  readonly value: unknown;
}

/** A message to publish. */
export interface OutboxEvent {
  readonly kind: 'event';
  readonly topic: Topic;
  /** Unique for ever; the log and its consumers recognise a second delivery by it. */
  readonly messageId: string;
  /** Any JSON value. */
  readonly body: unknown;
}

/** What a transaction tells the world, once it has committed. */
export type OutboxEntry = OutboxDocument | OutboxEvent;
