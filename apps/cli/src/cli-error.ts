/** The command can't go on; each line is one clear sentence for the person at the terminal. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'));
  }
}
