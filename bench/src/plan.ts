/** How much a run does: fixed counts, so that two runs compare. */
export interface Plan {
  readonly mode: 'full' | 'quick';
  /** Each asks every gateway everything, after each was started anew: two processes of one build differ. */
  readonly rounds: number;
  /**
   * Requests that are thrown away after each start, for each weight of a workload: code that only ever saw one workload is
   * compiled for that one.
   */
  readonly firstRequests: number;
  /** The same before what is measured: compilers and heaps take so long until they are where they will stay. */
  readonly warmUpRequests: number;
  /** A machine too slow for all rounds stops after these, once `roundsMs` are over. */
  readonly roundsMin: number;
  readonly roundsMs: number;
  /** How often in a round each gateway is asked at 16 connections, in turn with the others: a twentieth of a second each. */
  readonly slices: number;
  /** Requests of each time, for each weight of a workload. */
  readonly sliceRequests: number;
  /** Requests of a load at 16 connections that no other gateway's is compared with, for each weight of a workload. */
  readonly loadedRequests: number;
  /** Requests of a sample at 1 connection, for each weight of a workload. */
  readonly singleRequests: number;
  /** Requests of a sample at a steady rate. */
  readonly steadyRequests: number;
  readonly idleStreams: number;
  /** How long a sample's aftermath (journals, billing) is waited for. */
  readonly settleMs: number;
}

export const LOADED_CONNECTIONS = 16;

export const fullPlan: Plan = {
  mode: 'full',
  rounds: 3,
  firstRequests: 300,
  warmUpRequests: 3_000,
  roundsMin: 2,
  roundsMs: 600_000,
  slices: 40,
  sliceRequests: 64,
  loadedRequests: 500,
  singleRequests: 60,
  steadyRequests: 1_000,
  idleStreams: 2_000,
  settleMs: 20_000,
};

export const quickPlan: Plan = {
  mode: 'quick',
  rounds: 2,
  firstRequests: 50,
  warmUpRequests: 100,
  roundsMin: 1,
  roundsMs: 60_000,
  slices: 4,
  sliceRequests: 50,
  loadedRequests: 200,
  singleRequests: 25,
  steadyRequests: 200,
  idleStreams: 500,
  settleMs: 5_000,
};
