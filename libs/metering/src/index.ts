export type { Journal, JournalEnd, JournalStart } from './journal.js';
