/**
 * All that Postgres gets of the environment: no vendor keys, no PG* settings of the person at the terminal, and
 * messages in the one language that we read.
 */
export const SERVER_ENVIRONMENT: NodeJS.ProcessEnv = { LC_ALL: 'C', TZ: 'UTC' };
