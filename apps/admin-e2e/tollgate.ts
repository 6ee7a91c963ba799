import { GatewayProcess, type ProcessOutcome } from '@tollgate/testing/process';

/** `tollgate …` as an operator runs it. */
export function tollgate(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<ProcessOutcome> {
  return GatewayProcess.start({ script: 'apps/cli/bin/tollgate.mjs', args, environment }).outcome();
}
