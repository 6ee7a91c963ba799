import { types } from 'node:util';

const REDACTED = '[redacted]';
const DEPTH_MAX = 6;

/** Names of fields whose values never reach a log, whatever their case and separators. */
const SECRET_NAMES = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'xapikey',
  'xgoogapikey',
  'apikey',
  'apikeys',
  'secret',
  'secrets',
  'clientsecret',
  'password',
  'passphrase',
  'credential',
  'credentials',
  'accesstoken',
  'refreshtoken',
  'masterkey',
  'privatekey',
]);

/** What a secret looks like inside a sentence: vendor keys, our own keys, tokens, passwords in URLs. */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\bsk-[A-Za-z0-9_-]{6,}/g, `sk-${REDACTED}`],
  [/\bAIza[A-Za-z0-9_-]{20,}/g, `AIza${REDACTED}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g, REDACTED],
  [/\b(Bearer|Basic) [A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*:)[^\s@/"]+@/gi, `$1${REDACTED}@`],
];

/** The text without anything that looks like a secret. Safe on a line of JSON: it never touches quotes or braces. */
export function redactText(text: string): string {
  let result = text;
  for (const [shape, replacement] of SECRET_SHAPES) {
    result = result.replace(shape, replacement);
  }
  return result;
}

/** A copy of the fields in which the value of every field with a secret's name is replaced, at any depth to 6. */
export function redactFields(fields: object): Record<string, unknown> {
  return redactEntries(fields, 0);
}

function redactEntries(fields: object, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    result[name] = isSecretName(name) ? REDACTED : redactValue(value, depth + 1);
  }
  return result;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') {
    return value.toString();
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) {
    return value;
  }
  if (depth > DEPTH_MAX) {
    return '[too deep]';
  }
  if (types.isNativeError(value)) {
    return describeError(value, depth);
  }
  if (Array.isArray(value)) {
    return value.map((item) => redactValue(item, depth + 1));
  }
  return redactEntries(value, depth);
}

/** Errors have no enumerable message: without this a log shows `{}`. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...redactEntries(error, depth),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name.replaceAll(/[-_]/g, '').toLowerCase());
}
