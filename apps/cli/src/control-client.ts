import type { ConfigApplyReply } from '@tollgate/contracts';
import { CliError } from './cli-error.js';
import type { FileCommand } from './command-line.js';
import { errorFacts } from './error-facts.js';

const TIMEOUT_MS = 120_000;

/** The part of a problem document (RFC 9457) that is shown. */
interface Problem {
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly message: string }[];
}

/**
 * Logs in and has the file applied, or compared.
 *
 * @throws CliError when the server can't be reached, refuses the login or refuses the file
 */
export async function sendConfigFile(command: FileCommand, file: unknown): Promise<ConfigApplyReply> {
  const { url, username, password } = command;
  const login = await post(`${url}/api/v1/auth/login`, { username, password });
  if (login.status !== 200) throw refusedLogin(url, login);
  const { accessToken } = login.body as { readonly accessToken: string };
  const dryRun = command.name === 'diff' ? '?dryRun=true' : '';
  const applied = await post(`${url}/api/v1/config/apply${dryRun}`, file, accessToken);
  if (applied.status !== 200) throw new CliError(problemLines(command, applied));
  return applied.body as ConfigApplyReply;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function post(url: string, body: unknown, accessToken?: string): Promise<Answer> {
  const response = await ask(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(body ?? null),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) as unknown };
  } catch {
    throw new CliError([
      `${url} answered ${response.status} with something that is not JSON: is --url right?`,
    ]);
  }
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { origin } = new URL(url);
    throw new CliError([
      `no answer from ${origin} (${reasonOf(error)}): is Tollgate running, is --url right?`,
    ]);
  }
}

/** fetch hides the reason in its cause; several addresses that were tried hide theirs one level deeper. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = errorFacts(error);
  if (name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`;
  const { code, message: causeMessage } = errorFacts(cause);
  if (code === 'ECONNREFUSED') return 'connection refused';
  return code ?? (cause === undefined ? message : causeMessage);
}

function refusedLogin(url: string, { status, body }: Answer): CliError {
  const { detail, code } = body as Problem;
  if (code === undefined) return new CliError([`${url} answered ${status}: is it a Tollgate control API?`]);
  return new CliError([`the login was refused: ${detail ?? code}`]);
}

function problemLines(command: FileCommand, { status, body }: Answer): string[] {
  const { detail, errors } = body as Problem;
  const messages = errors?.map(({ message }) => message) ?? [detail ?? `the server answered ${status}`];
  return messages.map((message) => `${command.file}: ${message}`);
}
