import { GatewayError } from '@tollgate/contracts';

/** One thing wrong with the declarative file. */
export interface ConfigProblem {
  /** Where, e.g. `channels[0].provider`; empty when it is the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** The declarative file can't be applied; the message names every problem with its path. */
export class ConfigFileError extends GatewayError {
  constructor(readonly problems: readonly ConfigProblem[]) {
    const first = problems[0];
    super('validation_failed', problems.map(describeProblem).join('; '), {
      ...(first === undefined || first.path === '' ? {} : { field: first.path }),
    });
  }
}

export function describeProblem(problem: ConfigProblem): string {
  return problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`;
}
