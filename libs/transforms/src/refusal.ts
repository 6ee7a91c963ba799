import { GatewayError, type ErrorKind, type OverrideStep } from '@tollgate/contracts';
import type { Step } from './transform-state.js';

type Refusal = Extract<OverrideStep, { mode: 'return-error' }>['value'];

/** Clients are told statuses by their kinds; every one that can be configured has one. */
const KINDS: Readonly<Record<Refusal['status'], ErrorKind>> = {
  400: 'invalid',
  401: 'unauthenticated',
  402: 'unpaid',
  403: 'denied',
  404: 'not-found',
  409: 'conflict',
  413: 'too-large',
  429: 'limited',
  500: 'internal',
  502: 'upstream',
  503: 'unavailable',
  504: 'timeout',
};

export function refuseStep({ status, message, retry = true }: Refusal): Step {
  return () => {
    throw new GatewayError('refused_by_rule', message, {
      kind: KINDS[status],
      retry: retry ? 'next-channel' : 'never',
    });
  };
}
