import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { LineCounter, parseDocument } from 'yaml';
import { CliError } from './cli-error.js';
import type { Environment } from './command-line.js';
import { errorFacts } from './error-facts.js';

/** A small file must not unfold into a large one. */
const ALIASES_MAX = 100;

/**
 * Reads the declarative file and looks up `{ env: NAME }` of its secrets here, where the operator has them.
 * Everything else is the server's to judge.
 *
 * @throws CliError for a file that can't be read, is no YAML or names a variable that is not set
 */
export async function readConfigFile(
  path: string,
  environment: Environment,
  input: NodeJS.ReadableStream,
): Promise<unknown> {
  const source = path === '-' ? await text(input) : await readText(path);
  const value = parseYaml(path, source);
  const missing: string[] = [];
  const complete = resolveSecrets(value, (name, where) => {
    const found = environment[name];
    if (found === undefined || found === '') {
      missing.push(`${path}: ${where}: the environment variable ${name} is not set`);
    }
    return found;
  });
  if (missing.length > 0) throw new CliError(missing);
  return complete;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError([`${path}: ${reasonOf(error)}`]);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = errorFacts(error);
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'is a directory';
    case 'EACCES':
      return 'may not be read';
    default:
      return `can not be read: ${message}`;
  }
}

function parseYaml(path: string, source: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(source, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new CliError([`${path}:${line}:${col}: YAML syntax error: ${error.message}`]);
  }
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (cause) {
    throw new CliError([`${path}: ${errorFacts(cause).message}`]);
  }
}

type Lookup = (name: string, where: string) => string | undefined;

/** Touches nothing but secrets of channels, and those only where they have the expected form. */
function resolveSecrets(file: unknown, lookup: Lookup): unknown {
  if (!isRecord(file) || !Array.isArray(file.channels)) return file;
  const channels = file.channels.map((channel: unknown, index) =>
    isRecord(channel) ? resolveChannel(channel, `channels[${index}]`, lookup) : channel,
  );
  return { ...file, channels };
}

function resolveChannel(channel: Record<string, unknown>, path: string, lookup: Lookup): unknown {
  const { credentials, proxy, tls } = channel;
  return {
    ...channel,
    ...(Array.isArray(credentials) && {
      credentials: credentials.map((credential: unknown, index) =>
        resolved(credential, `${path}.credentials[${index}]`, lookup),
      ),
    }),
    ...(isRecord(proxy) && { proxy: resolved(proxy, `${path}.proxy`, lookup) }),
    ...(isRecord(tls) &&
      isRecord(tls.clientKey) && {
        tls: { ...tls, clientKey: resolved(tls.clientKey, `${path}.tls.clientKey`, lookup) },
      }),
  };
}

/** The value of `{ env: NAME }`; anything else as it is. */
function resolved(source: unknown, path: string, lookup: Lookup): unknown {
  if (!isRecord(source) || typeof source.env !== 'string' || Object.keys(source).length > 1) return source;
  return lookup(source.env, `${path}.env`) ?? source;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
