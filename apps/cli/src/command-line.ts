import { parseArgs } from 'node:util';
import { CliError } from './cli-error.js';
import { errorFacts } from './error-facts.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface FileCommand {
  readonly name: 'apply' | 'diff';
  /** Path, or `-` for standard input. */
  readonly file: string;
  /** Of the control API, without a slash at the end. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Print the answer as JSON instead of text. */
  readonly json: boolean;
}

export type Command = FileCommand | { readonly name: 'help' } | { readonly name: 'version' };

export const HELP = `Usage: tollgate <command> -f <file> [options]

Commands:
  apply                   make everything be as the declarative file says
  diff                    only show what would change; exit code 0: nothing, 2: something, 1: an error

Options:
  -f, --file <path>       the declarative file, YAML or JSON; - reads standard input
      --url <address>     the control API (default: TOLLGATE_URL, else http://127.0.0.1:8081)
      --username <name>   default: admin
      --password <text>   default: TOLLGATE_ADMIN_PASSWORD, which keeps it out of the process list
      --json              print the answer as JSON
  -h, --help
  -v, --version

{ env: NAME } under credentials is looked up here, where the command runs.`;

const URL_DEFAULT = 'http://127.0.0.1:8081';

const OPTIONS = {
  file: { type: 'string', short: 'f' },
  url: { type: 'string' },
  username: { type: 'string', default: 'admin' },
  password: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
} as const;

/** @throws CliError saying what is wrong and where to look */
export function parseCommandLine(argv: readonly string[], environment: Environment): Command {
  const { values, positionals } = parse(argv);
  const [name, ...rest] = positionals;
  if (values.help || name === 'help') return { name: 'help' };
  if (values.version) return { name: 'version' };
  if (name === undefined) throw usage('name a command: apply or diff');
  if (name !== 'apply' && name !== 'diff') throw usage(`unknown command "${name}"; there are: apply, diff`);
  if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
  if (values.file === undefined) throw usage(`name the file: tollgate ${name} -f <file>`);
  const password = values.password ?? environment.TOLLGATE_ADMIN_PASSWORD;
  if (password === undefined || password === '') {
    throw usage('no password: set TOLLGATE_ADMIN_PASSWORD or give --password');
  }
  return {
    name,
    file: values.file,
    url: controlAddress(values.url ?? environment.TOLLGATE_URL ?? URL_DEFAULT),
    username: values.username,
    password,
    json: values.json,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = errorFacts(error).message.split('. ');
    throw usage(sentence.charAt(0).toLowerCase() + sentence.slice(1));
  }
}

function controlAddress(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw usage(`"${text}" is no address of a control API; give one like ${URL_DEFAULT}`);
  }
  return text.replace(/\/+$/, '');
}

function usage(message: string): CliError {
  return new CliError([`${message} (tollgate --help tells more)`]);
}
