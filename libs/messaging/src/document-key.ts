import { GatewayError } from '@tollgate/contracts';

const KEY = /^[A-Za-z0-9_=/-]+(\.[A-Za-z0-9_=/-]+)*$/;

/** Refuses, with `invalid_request`, what one of the adapters could not store. */
export function checkDocumentKey(key: string): void {
  if (!KEY.test(key)) {
    throw new GatewayError(
      'invalid_request',
      `"${key}" is no document key: use segments of letters, digits, "_", "=", "/" and "-", joined by dots.`,
    );
  }
}
