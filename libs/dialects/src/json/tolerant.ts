import type { JsonObject } from '../canonical/part.js';

/** Vendors leave members out, write null, or another type: what is not of the type is taken for absent. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The objects of an array. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return arrayOf(value).filter((entry): entry is JsonObject => objectOf(entry) !== undefined);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A member's pair when it has a value, nothing otherwise: `{...given('id', id)}`. */
export function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]: Value });
}

/** A JSON object in text; `undefined` for anything else. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    // Vendors, models and the proxies before them write what is no JSON: the caller says what that means.
    return undefined;
  }
}
