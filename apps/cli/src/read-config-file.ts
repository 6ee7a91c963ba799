import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { LineCounter, parseDocument } from 'yaml';
import { CliError } from './cli-error.js';
import type { Environment } from './command-line.js';
import { errorFacts } from './error-facts.js';

/** A small file must not unfold into a large one. */
const ALIASES_MAX = 100;

/**
 * Reads the declarative file and looks up `{ env: NAME }` of its credentials here, where the operator has them.
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
  const resolved = resolveCredentials(value, (name, where) => {
    const found = environment[name];
    if (found === undefined || found === '') {
      missing.push(`${path}: ${where}: the environment variable ${name} is not set`);
    }
    return found;
  });
  if (missing.length > 0) throw new CliError(missing);
  return resolved;
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

/** Touches nothing but `channels[*].credentials[*]`, and that only where it has the expected form. */
function resolveCredentials(file: unknown, lookup: Lookup): unknown {
  if (!isRecord(file) || !Array.isArray(file.channels)) return file;
  const channels = file.channels.map((channel: unknown, channelIndex) => {
    if (!isRecord(channel) || !Array.isArray(channel.credentials)) return channel;
    const credentials = channel.credentials.map((credential: unknown, index) => {
      if (!isRecord(credential) || typeof credential.env !== 'string') return credential;
      if (Object.keys(credential).length > 1) return credential;
      return lookup(credential.env, `channels[${channelIndex}].credentials[${index}].env`) ?? credential;
    });
    return { ...channel, credentials };
  });
  return { ...file, channels };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
