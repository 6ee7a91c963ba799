import type { OverrideCondition } from '@tollgate/contracts';
import { compilePath, readPath } from './json-path.js';
import { Pattern } from './pattern.js';
import { RuleError } from './rule-error.js';
import type { TransformState } from './transform-state.js';

type Test = (state: TransformState) => boolean;
type Read = (state: TransformState) => unknown;

/**
 * @returns `undefined`: always
 * @throws RuleError for a pattern that is none, or a value that can't be compared with
 */
export function compileConditions(
  conditions: readonly OverrideCondition[] = [],
  logic: 'and' | 'or' = 'or',
): Test | undefined {
  if (conditions.length === 0) return undefined;
  const tests = conditions.map((condition, index) => {
    try {
      return compileCondition(condition);
    } catch (error) {
      throw RuleError.at(`conditions[${index}].value`, error);
    }
  });
  return logic === 'and'
    ? (state) => tests.every((test) => test(state))
    : (state) => tests.some((test) => test(state));
}

function compileCondition(condition: OverrideCondition): Test {
  const { invert = false, passMissing = false } = condition;
  const read = compileRead(condition.path);
  if (condition.mode === 'exists') return (state) => (read(state) !== undefined) !== invert;
  const fits = compileComparison(condition);
  return (state) => {
    const value = read(state);
    if (value === undefined) return passMissing;
    return fits(value) !== invert;
  };
}

function compileRead(path: string): Read {
  switch (path) {
    case '@model':
      return ({ context }) => context.model;
    case '@upstreamModel':
      return ({ context }) => context.upstreamModel;
    case '@retries':
      return ({ context }) => context.retries;
    case '@stream':
      return ({ context }) => context.stream;
  }
  if (path.startsWith('@header.')) {
    const name = path.slice('@header.'.length).toLowerCase();
    return ({ context }) => context.client.header(name);
  }
  const compiled = compilePath(path);
  return ({ body }) => readPath(body, compiled);
}

function compileComparison({ mode, value }: OverrideCondition): (actual: unknown) => boolean {
  switch (mode) {
    case 'full':
      return sameAs(value);
    case 'prefix':
      return onText(value, (actual, wanted) => actual.startsWith(wanted));
    case 'suffix':
      return onText(value, (actual, wanted) => actual.endsWith(wanted));
    case 'contains':
      return contains(value);
    case 'regex':
      return matching(textValue(value));
    case 'gt':
      return onNumber(value, (actual, wanted) => actual > wanted);
    case 'gte':
      return onNumber(value, (actual, wanted) => actual >= wanted);
    case 'lt':
      return onNumber(value, (actual, wanted) => actual < wanted);
    case 'lte':
      return onNumber(value, (actual, wanted) => actual <= wanted);
    case 'exists':
      return () => true;
  }
}

function sameAs(value: unknown): (actual: unknown) => boolean {
  if (value === undefined) throw new Error('is missing');
  if (typeof value !== 'object' || value === null) return (actual) => actual === value;
  const wanted = canonicalText(value);
  return (actual) => canonicalText(actual) === wanted;
}

/** In a text, or among the entries of an array. */
function contains(value: unknown): (actual: unknown) => boolean {
  const same = sameAs(value);
  return (actual) => {
    if (Array.isArray(actual)) return actual.some(same);
    return typeof actual === 'string' && typeof value === 'string' && actual.includes(value);
  };
}

function matching(source: string): (actual: unknown) => boolean {
  const pattern = new Pattern(source);
  return (actual) => typeof actual === 'string' && pattern.occursIn(actual);
}

function onText(
  value: unknown,
  fits: (actual: string, wanted: string) => boolean,
): (actual: unknown) => boolean {
  const wanted = textValue(value);
  return (actual) => typeof actual === 'string' && fits(actual, wanted);
}

function onNumber(
  value: unknown,
  fits: (actual: number, wanted: number) => boolean,
): (actual: unknown) => boolean {
  if (typeof value !== 'number') throw new Error('must be a number');
  return (actual) => typeof actual === 'number' && fits(actual, value);
}

function textValue(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Error('must be a text');
  return value;
}

/** The same for equal values, however their members are ordered. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
