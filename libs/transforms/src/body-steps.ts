import type { OverrideStep } from '@tollgate/contracts';
import {
  compilePath,
  deletePath,
  isObject,
  readPath,
  writePath,
  type JsonPath,
  type MutableObject,
} from './json-path.js';
import { Pattern } from './pattern.js';
import { RuleError } from './rule-error.js';
import type { Step } from './transform-state.js';

type StepOf<Mode extends OverrideStep['mode']> = Extract<OverrideStep, { mode: Mode }>;

export function setStep({ path, value, keepOrigin = false }: StepOf<'set'>): Step {
  const at = compilePath(path);
  return ({ body }) => {
    if (!keepOrigin || readPath(body, at) === undefined) writePath(body, at, structuredClone(value));
  };
}

export function deleteStep({ path }: StepOf<'delete'>): Step {
  const at = compilePath(path);
  return ({ body }) => deletePath(body, at);
}

export function carryStep({ mode, from, to, keepOrigin = false }: StepOf<'move' | 'copy'>): Step {
  const source = compilePath(from);
  const target = compilePath(to);
  return ({ body }) => {
    const value = readPath(body, source);
    if (value === undefined || (keepOrigin && readPath(body, target) !== undefined)) return;
    if (mode === 'copy') {
      writePath(body, target, structuredClone(value));
      return;
    }
    // First away: the target may lie where the source stood.
    deletePath(body, source);
    writePath(body, target, value);
  };
}

/** Text is joined with text, entries with entries, members with members; what fits nothing stays. */
export function joinStep({ mode, path, value, keepOrigin = false }: StepOf<'prepend' | 'append'>): Step {
  const at = compilePath(path);
  const before = mode === 'prepend';
  return ({ body }) => {
    const present = readPath(body, at);
    const added: unknown = structuredClone(value);
    const result = present === undefined ? added : join(present, added, { before, keepOrigin });
    writePath(body, at, result);
  };
}

function join(
  present: unknown,
  added: unknown,
  { before, keepOrigin }: { readonly before: boolean; readonly keepOrigin: boolean },
): unknown {
  if (typeof present === 'string') {
    if (typeof added !== 'string') return present;
    return before ? added + present : present + added;
  }
  if (Array.isArray(present)) {
    const entries: readonly unknown[] = Array.isArray(added) ? added : [added];
    const own: readonly unknown[] = present;
    return before ? [...entries, ...own] : [...own, ...entries];
  }
  if (!isObject(present) || !isObject(added)) return present;
  return keepOrigin ? { ...added, ...present } : { ...present, ...added };
}

/** A change of a text; anything else at the path stays. */
export function textStep(path: string, change: (text: string) => string): Step {
  const at = compilePath(path);
  return ({ body }) => {
    const present = readPath(body, at);
    if (typeof present === 'string') writePath(body, at, change(present));
  };
}

export function affixStep({
  mode,
  path,
  value,
}: StepOf<'trim-prefix' | 'trim-suffix' | 'ensure-prefix' | 'ensure-suffix'>): Step {
  switch (mode) {
    case 'trim-prefix':
      return textStep(path, (text) => (text.startsWith(value) ? text.slice(value.length) : text));
    case 'trim-suffix':
      return textStep(path, (text) => (text.endsWith(value) ? text.slice(0, -value.length) : text));
    case 'ensure-prefix':
      return textStep(path, (text) => (text.startsWith(value) ? text : value + text));
    case 'ensure-suffix':
      return textStep(path, (text) => (text.endsWith(value) ? text : text + value));
  }
}

export function caseStep({ mode, path }: StepOf<'trim-space' | 'to-lower' | 'to-upper'>): Step {
  switch (mode) {
    case 'trim-space':
      return textStep(path, (text) => text.trim());
    case 'to-lower':
      return textStep(path, (text) => text.toLowerCase());
    case 'to-upper':
      return textStep(path, (text) => text.toUpperCase());
  }
}

export function replaceStep({ path, from, to = '' }: StepOf<'replace'>): Step {
  return textStep(path, (text) => text.replaceAll(from, () => to));
}

/** @throws RuleError for a pattern that is none */
export function regexReplaceStep({ path, from, to = '' }: StepOf<'regex-replace'>): Step {
  const pattern = patternAt('from', from);
  return textStep(path, (text) => pattern.replaceAll(text, to));
}

function patternAt(field: string, source: string): Pattern {
  try {
    return new Pattern(source);
  } catch (error) {
    throw RuleError.at(field, error);
  }
}

/** Takes objects out of arrays, and members that hold one, at any depth below the path. */
export function pruneStep({ path, value }: StepOf<'prune-objects'>): Step {
  const at: JsonPath = path === undefined ? [] : compilePath(path);
  const wanted = Object.entries(typeof value === 'string' ? { type: value } : value).map(
    ([name, member]) => [name, JSON.stringify(member)] as const,
  );
  const fits = (candidate: MutableObject): boolean =>
    wanted.every(
      ([name, text]) => Object.hasOwn(candidate, name) && JSON.stringify(candidate[name]) === text,
    );
  return ({ body }) => prune(readPath(body, at), fits);
}

function prune(value: unknown, fits: (candidate: MutableObject) => boolean): void {
  if (Array.isArray(value)) {
    const entries = value as unknown[];
    const kept = entries.filter((entry) => !isObject(entry) || !fits(entry));
    if (kept.length < entries.length) entries.splice(0, entries.length, ...kept);
    for (const entry of kept) prune(entry, fits);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (isObject(inner) && fits(inner)) Reflect.deleteProperty(value, name);
    else prune(inner, fits);
  }
}
