export { type Candidate, type PoolMember } from './candidate.js';
export { blameOf, type Blame } from './blame.js';
export { ChannelCaps, type CapLimits } from './channel-caps.js';
export { ChannelLoad, type ChannelPart } from './channel-load.js';
export { ALL_HEALTHY, HealthView } from './health-view.js';
export { ChannelPlan, type PlanInput } from './plan.js';
export { ChannelPool } from './pool.js';
export { type Random } from './random.js';
export { EXCLUSIONS, RANKS, type Exclusion, type Rank, type Standing } from './standing.js';
