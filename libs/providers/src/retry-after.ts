import type { UpstreamHeaders } from './transport/transport.js';

const NUMBER = /^\d+(?:\.\d+)?$/;
/** The form that is written, and the one of RFC 850. */
const GMT_DATE =
  /^(?:[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4}|[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d) \d\d:\d\d:\d\d GMT$/;
/** The form of C's `asctime`, which is GMT without saying so. */
const C_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

/**
 * When a vendor wants to be asked again, as its headers have it: `retry-after-ms` (OpenAI's and Azure's, the more exact
 * one), else `retry-after`, in seconds or as a date: https://www.rfc-editor.org/rfc/rfc9110#name-retry-after. A date is
 * read by the vendor's own clock where the answer tells it.
 *
 * @param now milliseconds since the epoch
 * @returns seconds, never negative; `undefined`: the headers do not say it, or not readably
 */
export function retryAfterSeconds(headers: UpstreamHeaders, now: number): number | undefined {
  const milliseconds = numberIn(headers['retry-after-ms']);
  if (milliseconds !== undefined) return milliseconds / 1_000;
  const seconds = numberIn(headers['retry-after']);
  if (seconds !== undefined) return seconds;
  const at = dateIn(headers['retry-after']);
  return at === undefined ? undefined : Math.max(0, (at - (dateIn(headers.date) ?? now)) / 1_000);
}

type Value = string | string[] | undefined;

function numberIn(value: Value): number | undefined {
  const text = firstOf(value);
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** An HTTP-date, in any of the three forms that a recipient has to accept, in milliseconds since the epoch. */
function dateIn(value: Value): number | undefined {
  const text = firstOf(value);
  const inGmt = C_DATE.test(text) ? `${text} GMT` : GMT_DATE.test(text) ? text : '';
  const at = Date.parse(inGmt);
  return Number.isNaN(at) ? undefined : at;
}

function firstOf(value: Value): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
