import type { UpstreamHeaders } from '@tollgate/providers';

const WARNINGS_LENGTH_MAX = 2_000;

/** Of a header that a vendor may have sent more than once. */
export function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

export function isEventStream(headers: UpstreamHeaders): boolean {
  return firstOf(headers['content-type'])?.startsWith('text/event-stream') === true;
}

export function isJson(headers: UpstreamHeaders): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/.test(firstOf(headers['content-type']) ?? '');
}

/** The header that tells what a translation could not say; bounded, as proxies bound headers. */
export function warningsHeader(warnings: readonly string[]): string[] {
  const value = warnings.join(', ').replace(/[^\x20-\x7e]/g, '?');
  return ['x-tollgate-warnings', value.slice(0, WARNINGS_LENGTH_MAX)];
}
