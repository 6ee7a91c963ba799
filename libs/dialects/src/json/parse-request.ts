import { GatewayError } from '@tollgate/contracts';
import type { z } from 'zod';

/**
 * Checks a client's request against its schema.
 *
 * @throws GatewayError `invalid_request` with the path of the first field at fault, e.g. `messages[0].content`
 */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues);
  const field = fieldPath(issue?.path ?? []);
  throw new GatewayError(
    'invalid_request',
    field === ''
      ? `The body is wrong: ${issue?.message ?? 'unknown'}.`
      : `The field "${field}" is wrong: ${issue?.message ?? 'unknown'}.`,
    { ...(field === '' ? {} : { field }) },
  );
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
  readonly errors?: readonly (readonly Issue[])[];
}

/** Of a union, the alternative that came furthest says best what is wrong. */
function deepest(issues: readonly Issue[]): Issue | undefined {
  const [issue] = issues;
  if (issue?.code !== 'invalid_union' || issue.errors === undefined) return issue;
  const inner = issue.errors
    .map((alternative) => deepest(alternative))
    .filter((candidate) => candidate !== undefined)
    .sort((left, right) => right.path.length - left.path.length)[0];
  return inner === undefined || inner.path.length === 0
    ? issue
    : { ...inner, path: [...issue.path, ...inner.path] };
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
