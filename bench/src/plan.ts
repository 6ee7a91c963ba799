/** How much a run does: fixed counts, so that two runs compare. */
export interface Plan {
  readonly mode: 'full' | 'quick';
  /** Rounds that are thrown away: compilers and heaps are not yet where they will stay. */
  readonly warmUpRounds: number;
  /** Rounds that are measured; each asks every gateway everything. */
  readonly rounds: number;
  /** A machine too slow for all rounds stops after these, once `roundsMs` are over, warm-up included. */
  readonly roundsMin: number;
  readonly roundsMs: number;
  /** How often in a round each gateway is asked at 16 connections, in turn with the others. */
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
  warmUpRounds: 1,
  rounds: 4,
  roundsMin: 3,
  roundsMs: 350_000,
  slices: 10,
  sliceRequests: 250,
  loadedRequests: 500,
  singleRequests: 60,
  steadyRequests: 1_000,
  idleStreams: 2_000,
  settleMs: 5_000,
};

export const quickPlan: Plan = {
  mode: 'quick',
  warmUpRounds: 1,
  rounds: 3,
  roundsMin: 1,
  roundsMs: 60_000,
  slices: 4,
  sliceRequests: 50,
  loadedRequests: 200,
  singleRequests: 25,
  steadyRequests: 200,
  idleStreams: 500,
  settleMs: 1_500,
};
