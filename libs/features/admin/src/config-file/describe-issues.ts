import type { ConfigProblem } from './config-problems.js';

/** The part of a zod issue that this file reads. */
interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Turns what the schema found into problems with paths such as `channels[0].models[1].upstream`. */
export function describeIssues(issues: readonly Issue[], value: unknown): ConfigProblem[] {
  return issues.flatMap((issue) => describeIssue(issue, [], value));
}

/** What zod says of a field that is not there, depending on what it should be. */
const MISSING_CODES = ['invalid_type', 'invalid_value'];

function describeIssue(issue: Issue, parent: readonly PropertyKey[], root: unknown): ConfigProblem[] {
  const path = [...parent, ...issue.path];
  if (isUnrecognizedKeys(issue)) {
    return issue.keys.map((key) => ({ path: formatPath([...path, key]), message: 'unknown field' }));
  }
  // Without branches it is a member by which a branch is chosen, and it chooses none.
  if (isInvalidUnion(issue) && issue.errors.length > 0) return describeUnion(issue.errors, path, root);
  const missing = MISSING_CODES.includes(issue.code ?? '') && valueAt(root, path) === undefined;
  return [{ path: formatPath(path), message: missing ? 'is missing' : lowerFirst(issue.message) }];
}

/**
 * A union fails with the complaints of each of its branches. The branch that the value was meant for is the one
 * that complains about something inside the value, not about its type.
 */
function describeUnion(
  branches: readonly (readonly Issue[])[],
  path: readonly PropertyKey[],
  root: unknown,
): ConfigProblem[] {
  const meant = branches.find((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code !== 'invalid_type'),
  );
  if (meant !== undefined) return meant.flatMap((issue) => describeIssue(issue, path, root));
  const messages = new Set(branches.flatMap((issues) => issues.map((issue) => lowerFirst(issue.message))));
  return [{ path: formatPath(path), message: [...messages].join(', or ') }];
}

/** `['channels', 0, 'models']` → `channels[0].models`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    root,
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function isUnrecognizedKeys(issue: Issue): issue is Issue & { readonly keys: readonly string[] } {
  return issue.code === 'unrecognized_keys' && 'keys' in issue;
}

function isInvalidUnion(issue: Issue): issue is Issue & { readonly errors: readonly (readonly Issue[])[] } {
  return issue.code === 'invalid_union' && 'errors' in issue;
}
