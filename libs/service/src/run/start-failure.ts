import { GatewayError } from '@tollgate/contracts';
import { redactText } from '@tollgate/telemetry';
import { SettingsError } from '../settings/parse-settings.js';

/** Why a service could not start: one line for each thing to put right. */
export function startFailureLines(error: unknown): readonly string[] {
  const lines = error instanceof SettingsError ? error.lines : [reason(error)];
  return lines.map((line) => redactText(line.replaceAll(/\s*\n\s*/g, ' ')));
}

function reason(error: unknown): string {
  if (error instanceof GatewayError) {
    return error.message;
  }
  if (!(error instanceof Error)) {
    return `could not start: ${String(error)}`;
  }
  // Node's AggregateError of connection attempts has a code and no message.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return `could not start: ${error.message === '' ? code : error.message}`;
}
