import { readFile } from 'node:fs/promises';
import { CliError } from './cli-error.js';
import { HELP, parseCommandLine, type Environment, type FileCommand } from './command-line.js';
import { sendConfigFile } from './control-client.js';
import { describeReply } from './describe-reply.js';
import { readConfigFile } from './read-config-file.js';

/** What the command line touches of its process. */
export interface Terminal {
  readonly environment: Environment;
  readonly input: NodeJS.ReadableStream;
  print(text: string): void;
  printError(line: string): void;
}

export const EXIT_OK = 0;
export const EXIT_ERROR = 1;
/** `diff` only. */
export const EXIT_DIFFERENCES = 2;

/** Runs one command and resolves with its exit code; errors are printed, one clear line each. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const command = parseCommandLine(argv, terminal.environment);
    switch (command.name) {
      case 'help':
        terminal.print(HELP);
        return EXIT_OK;
      case 'version':
        terminal.print(await ownVersion());
        return EXIT_OK;
      case 'apply':
      case 'diff':
        return await runFileCommand(command, terminal);
    }
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    for (const line of error.lines) terminal.printError(`tollgate: ${line}`);
    return EXIT_ERROR;
  }
}

async function runFileCommand(command: FileCommand, terminal: Terminal): Promise<number> {
  const file = await readConfigFile(command.file, terminal.environment, terminal.input);
  const reply = await sendConfigFile(command, file);
  terminal.print(command.json ? JSON.stringify(reply, null, 2) : describeReply(command.name, reply));
  return command.name === 'diff' && reply.changes.length > 0 ? EXIT_DIFFERENCES : EXIT_OK;
}

async function ownVersion(): Promise<string> {
  const description = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(description) as { readonly version: string }).version;
}
