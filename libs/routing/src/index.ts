export { ChannelPlan, type Candidate, type CandidateHealth, type Random } from './plan.js';
