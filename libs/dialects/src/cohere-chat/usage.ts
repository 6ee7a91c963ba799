import { withoutParts, type ReportedUsage } from '../canonical/usage.js';
import { lastObjectRange } from '../json/last-object.js';
import { objectOf, parseObject } from '../json/tolerant.js';

/**
 * `billed_units` are what Cohere charges for; `tokens` count also what it puts around the prompt itself, and are taken
 * only where nothing is said to be billed. Cached tokens are charged like others, so that they are told apart only then.
 * https://docs.cohere.com/docs/how-does-cohere-pricing-work
 *
 * @returns `undefined` when nothing was counted
 */
export function decodeUsage(value: unknown): ReportedUsage | undefined {
  const usage = objectOf(value) ?? {};
  const billed = countsOf(usage['billed_units']);
  if (billed !== undefined) return billed;
  const tokens = countsOf(usage['tokens']);
  if (tokens === undefined) return undefined;
  const cacheRead = usage['cached_tokens'] ?? 0;
  return { ...tokens, input: withoutParts(tokens.input, cacheRead), cacheRead };
}

/** `undefined` when neither side was counted. */
function countsOf(value: unknown): { readonly input: unknown; readonly output: unknown } | undefined {
  const { input_tokens: input = null, output_tokens: output = null } = objectOf(value) ?? {};
  return (input ?? output) === null ? undefined : { input: input ?? 0, output: output ?? 0 };
}

const NAME = Buffer.from('"usage"');

/** Usage of a whole answer that passes. */
export function readUsage(body: Buffer): ReportedUsage | undefined {
  const range = lastObjectRange(body, NAME);
  return range === undefined
    ? undefined
    : decodeUsage(parseObject(body.toString('utf8', range.start, range.end)));
}
