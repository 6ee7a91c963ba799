export type { Journal, JournalEnd, JournalStart, StartedRequest } from './journal.js';
export { FileJournal, type FileJournalOptions } from './file-journal/file-journal.js';
export type { JournalStatus } from './file-journal/journal-status.js';
export type { WhenFull } from './file-journal/shedding.js';
export { DEFAULT_JOURNAL_LIMITS, type JournalLimits } from './file-journal/limits.js';
export { encodeEnd, encodeStart } from './file-journal/encode-entry.js';
export type { JournalLogger } from './logger.js';
export { checkUsage, type CheckedUsage, type UncheckedUsage } from './usage/check-usage.js';
export { estimateUsage, type EstimateInput } from './usage/estimate-usage.js';
export {
  estimateAnswer,
  estimateRequest,
  type AnswerEstimate,
  type RequestEstimate,
} from './tokens/estimate-request.js';
export { TokenCounter, type TokenCounterOptions } from './tokens/token-counter.js';
