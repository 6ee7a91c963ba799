import { pathSegments } from '@tollgate/contracts';

/** A JSON object that is changed in place. */
export type MutableObject = Record<string, unknown>;
/** The segments of a path. A segment that is a whole number is an index where it meets an array. */
export type JsonPath = readonly string[];

type Container = MutableObject | unknown[];

const INDEX = /^-?\d{1,9}$/;

export function compilePath(path: string): JsonPath {
  return pathSegments(path);
}

/** The value at a path; `undefined`: there is none. */
export function readPath(root: unknown, path: JsonPath): unknown {
  let value = root;
  for (const segment of path) {
    const container = containerOf(value);
    if (container === undefined) return undefined;
    value = member(container, segment);
    if (value === undefined) return undefined;
  }
  return value;
}

/**
 * Sets the value at a path, and makes the objects on the way that are missing or null. Nothing happens where the way leads
 * through a text or a number, or beyond the end of an array by more than one.
 */
export function writePath(root: MutableObject, path: JsonPath, value: unknown): void {
  let container: Container = root;
  for (const segment of path.slice(0, -1)) {
    const next = member(container, segment) ?? {};
    const inner = containerOf(next);
    if (inner === undefined || !assign(container, segment, inner)) return;
    container = inner;
  }
  assign(container, path.at(-1) ?? '', value);
}

/** Takes the value at a path away; in an array the rest moves up. */
export function deletePath(root: MutableObject, path: JsonPath): void {
  const container = containerOf(readPath(root, path.slice(0, -1)));
  const last = path.at(-1) ?? '';
  if (container === undefined) return;
  if (!Array.isArray(container)) {
    Reflect.deleteProperty(container, last);
    return;
  }
  const index = position(container, last);
  if (index !== undefined && index < container.length) container.splice(index, 1);
}

export function isObject(value: unknown): value is MutableObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function containerOf(value: unknown): Container | undefined {
  if (Array.isArray(value)) return value as unknown[];
  return isObject(value) ? value : undefined;
}

function member(container: Container, segment: string): unknown {
  if (Array.isArray(container)) {
    const index = position(container, segment);
    return index === undefined ? undefined : container[index];
  }
  return Object.hasOwn(container, segment) ? container[segment] : undefined;
}

/** `false`: there is no such place. */
function assign(container: Container, segment: string, value: unknown): boolean {
  if (!Array.isArray(container)) {
    container[segment] = value;
    return true;
  }
  const index = position(container, segment);
  if (index === undefined || index > container.length) return false;
  container[index] = value;
  return true;
}

/** Negative indexes count from the end. `undefined`: it is no index, or before the beginning. */
function position(array: readonly unknown[], segment: string): number | undefined {
  if (!INDEX.test(segment)) return undefined;
  const index = Number(segment);
  const at = index < 0 ? array.length + index : index;
  return at < 0 ? undefined : at;
}
