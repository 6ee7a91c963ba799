/** When a channel counts as failing, and how long it rests. Data, so that a test or a later setting can choose others. */
export interface Thresholds {
  /** Fewer requests in the window say nothing about a share. */
  readonly requestsMin: number;
  /** Share of failed requests from which a channel rests. */
  readonly openRatio: number;
  /** Share from which a channel is served after its healthy peers. */
  readonly degradedRatio: number;
  /** Share below which a degraded channel is healthy again; lower than `degradedRatio`, so that it does not flicker. */
  readonly recoveredRatio: number;
  /** So many failures in a row, with no success in between, tell enough where a minute has fewer requests than that … */
  readonly failuresInARowMin: number;
  /** … if they are not of one moment, but so far apart. */
  readonly failuresInARowMs: number;
  /** Beyond this share of a credential's rate limits one model is meant, and not the credential. */
  readonly oneModelShare: number;
  /** This many refusals of our credentials and no success: more requests would tell nothing new. */
  readonly unauthorizedMax: number;
  /** The first rest; each rest after a failed trial is twice as long. */
  readonly restMs: number;
  readonly restMaxMs: number;
  /** A rest is longer or shorter by up to this share of it. */
  readonly restSpread: number;
  /** Successful trials that close an open channel. */
  readonly trialsMin: number;
}

export const THRESHOLDS: Thresholds = {
  requestsMin: 10,
  openRatio: 0.5,
  degradedRatio: 0.2,
  recoveredRatio: 0.1,
  failuresInARowMin: 5,
  failuresInARowMs: 60_000,
  oneModelShare: 0.9,
  unauthorizedMax: 3,
  restMs: 10_000,
  restMaxMs: 300_000,
  restSpread: 0.1,
  trialsMin: 3,
};
