/**
 * What happened to a part of a request or answer that the other side can't express as it was written. What would
 * change the meaning is no warning but an error `unsupported_feature`.
 */
export const WARNING_CODES = [
  /** Left out: it only tunes the answer. */
  'dropped',
  /** Expressed by the nearest thing that the target knows. */
  'approximated',
  /** Put where the target wants it. */
  'moved',
  /** Added, because the target insists on it. */
  'added',
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

export interface Warning {
  readonly code: WarningCode;
  /** What it is about, as a canonical path: `topK`, `messages[2].content[0]`, `answer.logprobs`. */
  readonly field: string;
  /** Why, in a few words for a person. */
  readonly detail: string;
}

/** Gathers warnings of one translation; the same one is noted once. */
export class Warnings {
  private readonly noted = new Map<string, Warning>();

  add(code: WarningCode, field: string, detail: string): void {
    const key = `${code}:${field}`;
    if (!this.noted.has(key)) this.noted.set(key, { code, field, detail });
  }

  get list(): readonly Warning[] {
    return [...this.noted.values()];
  }
}

/** `dropped:topK`: how a warning stands in logs, usage records and the header `x-tollgate-warnings`. */
export function warningLabel({ code, field }: Warning): string {
  return `${code}:${field}`;
}
