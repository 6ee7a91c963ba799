import { type ConfigFile } from '@tollgate/contracts';
import type { ConfigProblem } from './config-problems.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings of ours are no vendor's business: a channel that could name them could send them anywhere. */
const OWN_SETTING = /^(TOLLGATE_.*|DATABASE_URL|NATS_URL|REDIS_URL|PG[A-Z]+)$/;

export interface ResolvedCredentials {
  /** For each channel of the file, in its order: the credentials in clear. */
  readonly byChannel: readonly (readonly string[])[];
  readonly problems: readonly ConfigProblem[];
}

/** Replaces `{ env: NAME }` by the variable's value; each missing one is a problem with its path. */
export function resolveCredentials(
  file: Pick<ConfigFile, 'channels'>,
  environment: Environment,
): ResolvedCredentials {
  const problems: ConfigProblem[] = [];
  const byChannel = file.channels.map((channel, channelIndex) =>
    channel.credentials.flatMap((source, index) => {
      if (typeof source === 'string') return [source];
      const path = `channels[${channelIndex}].credentials[${index}].env`;
      const value = environment[source.env];
      if (OWN_SETTING.test(source.env)) {
        problems.push({ path, message: `${source.env} is a setting of Tollgate, not a vendor's credential` });
      } else if (value === undefined || value === '') {
        problems.push({ path, message: `the environment variable ${source.env} is not set` });
      } else {
        return [value];
      }
      return [];
    }),
  );
  return { byChannel, problems };
}

/** Where Nest finds the environment in which a file is applied. */
export const ENVIRONMENT = Symbol('environment');
