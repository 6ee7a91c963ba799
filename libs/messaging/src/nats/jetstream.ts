import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsLink } from './link.js';

/** Longest wait for an answer of JetStream. */
export const API_TIMEOUT_MS = 3_000;

/** The JetStream clients of a link, made on first use. */
export class JetStream {
  readonly client: JetStreamClient;
  private made: Promise<JetStreamManager> | undefined;

  constructor(readonly link: NatsLink) {
    this.client = jetstream(link.connection, { timeout: API_TIMEOUT_MS });
  }

  /** Rejects at once when there is no connection. */
  async manager(): Promise<JetStreamManager> {
    this.link.assertConnected();
    this.made ??= jetstreamManager(this.link.connection, { checkAPI: false, timeout: API_TIMEOUT_MS });
    return this.made;
  }

  /** Of the server that it is connected to, or was last. */
  get serverVersion(): string {
    return this.link.connection.info?.version ?? '';
  }

  /** Rejects when JetStream does not answer, also when only the core of NATS does. */
  async ping(): Promise<void> {
    await (await this.manager()).getAccountInfo();
  }
}

/** `undefined` instead of the error that says it does not exist. */
export async function orAbsent<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  const noMessageFound = 10_037;
  return (
    error instanceof JetStreamApiError &&
    [JetStreamApiCodes.StreamNotFound, JetStreamApiCodes.ConsumerNotFound, noMessageFound].includes(
      error.code,
    )
  );
}

const STREAM_NAME_IN_USE = 10_058;
const SUBJECTS_OVERLAP = 10_065;
const MAKING_TRIES = 20;
const MAKING_RETRY_MS = 50;

/**
 * Makes a stream unless it is there, in any number of processes at once. Who meets another one's half-made stream is told
 * that its name is in use or that its subjects overlap, and looks again.
 *
 * @throws JetStreamApiError also when another stream really has its subjects
 */
export async function makeBesideOthers<Made>(make: () => Promise<Made>): Promise<Made> {
  for (let left = MAKING_TRIES; ; left -= 1) {
    try {
      return await make();
    } catch (error) {
      if (left === 0 || !isMadeByAnother(error)) throw error;
      await sleep(MAKING_RETRY_MS);
    }
  }
}

function isMadeByAnother(error: unknown): boolean {
  return error instanceof JetStreamApiError && [STREAM_NAME_IN_USE, SUBJECTS_OVERLAP].includes(error.code);
}

/** The subject or stream is not there (any more): the server may have lost its data. */
export function isMissing(error: unknown): boolean {
  // JetStream's client reports "no responders" to a publication as this error, which it does not export.
  return isAbsence(error) || (error instanceof Error && error.name === 'JetStreamNotEnabled');
}
