/** The journal's bounds and rhythms; each has a default. */
export interface JournalLimits {
  /** Bytes of all segments of this process, adopted ones included; above it `start` refuses. */
  readonly bytesMax: number;
  /** Of ended events that a full journal keeps in memory only, where entries are shed; above it `start` refuses all the same. */
  readonly unfiledBytesMax: number;
  /** A new segment begins when the current one has reached this. */
  readonly segmentBytes: number;
  /** Of ended events kept in memory until they are published; the rest is read again from the segments. */
  readonly memoryBytesMax: number;
  readonly batchEventsMax: number;
  /** Of the events of a batch: it is one message, and one beyond `MESSAGE_BYTES_MAX` would be refused for ever. */
  readonly batchBytesMax: number;
  /** An ended event waits at most this long for others to fill its batch. */
  readonly batchDelayMs: number;
  readonly batchesInFlightMax: number;
  /** Data reach the disk itself at least this often, in the background. */
  readonly syncIntervalMs: number;
  /** How often billing's watermark is asked for while something is uncommitted. */
  readonly watermarkPollMs: number;
  /** Acknowledged and still uncommitted for this long: published again. Doubles while nothing moves. */
  readonly resendAfterMs: number;
  readonly retryDelayMinMs: number;
  readonly retryDelayMaxMs: number;
  /** How often the journals of processes that died are looked for. */
  readonly adoptIntervalMs: number;
  /** Every journal in use shows that it is, this often. */
  readonly heartbeatMs: number;
  /** A journal of another host or container that this process saw no sign of life of for this long is taken for dead. */
  readonly silenceMaxMs: number;
}

const MEBIBYTE = 2 ** 20;

export const DEFAULT_JOURNAL_LIMITS: JournalLimits = {
  bytesMax: 1024 * MEBIBYTE,
  unfiledBytesMax: 32 * MEBIBYTE,
  segmentBytes: 16 * MEBIBYTE,
  memoryBytesMax: 8 * MEBIBYTE,
  batchEventsMax: 200,
  batchBytesMax: MEBIBYTE / 2,
  batchDelayMs: 50,
  batchesInFlightMax: 2,
  syncIntervalMs: 1_000,
  watermarkPollMs: 1_000,
  resendAfterMs: 60_000,
  retryDelayMinMs: 100,
  retryDelayMaxMs: 5_000,
  adoptIntervalMs: 30_000,
  heartbeatMs: 10_000,
  silenceMaxMs: 60_000,
};
