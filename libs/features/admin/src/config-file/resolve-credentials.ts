import { type ConfigFile } from '@tollgate/contracts';
import type { ConfigProblem } from './config-problems.js';
import { resolveTransport, type GivenTransport } from './resolve-transport.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings of ours are no vendor's business: a channel that could name them could send them anywhere. */
const OWN_SETTING = /^(TOLLGATE_.*|DATABASE_URL|NATS_URL|REDIS_URL|PG[A-Z]+)$/;

export interface ResolvedSecrets {
  /** In clear. */
  readonly credentials: readonly string[];
  readonly transport: GivenTransport;
}

export interface ResolvedCredentials {
  /** For each channel of the file, in its order. */
  readonly byChannel: readonly ResolvedSecrets[];
  readonly problems: readonly ConfigProblem[];
}

/** Replaces `{ env: NAME }` by the variable's value; each missing one is a problem with its path. */
export function resolveCredentials(
  file: Pick<ConfigFile, 'channels'>,
  environment: Environment,
): ResolvedCredentials {
  const problems: ConfigProblem[] = [];
  const read = (name: string, path: string): string | undefined => {
    const value = environment[name];
    if (OWN_SETTING.test(name)) {
      problems.push({ path, message: `${name} is a setting of Tollgate, not a vendor's credential` });
    } else if (value === undefined || value === '') {
      problems.push({ path, message: `the environment variable ${name} is not set` });
    } else return value;
    return undefined;
  };
  const byChannel = file.channels.map((channel, channelIndex) => {
    const path = `channels[${channelIndex}]`;
    const credentials = channel.credentials.map((source, index) =>
      typeof source === 'string' ? source : read(source.env, `${path}.credentials[${index}].env`),
    );
    return {
      credentials: credentials.filter((credential) => credential !== undefined),
      transport: resolveTransport(channel, { path, read, problems }),
    };
  });
  return { byChannel, problems };
}

/** Where Nest finds the environment in which a file is applied. */
export const ENVIRONMENT = Symbol('environment');
