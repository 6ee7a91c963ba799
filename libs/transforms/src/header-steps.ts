import type { OverrideStep } from '@tollgate/contracts';
import { readHeader, removeHeader, writeHeader } from './header-list.js';
import { compilePath, readPath, writePath } from './json-path.js';
import type { Step, TransformState } from './transform-state.js';

type StepOf<Mode extends OverrideStep['mode']> = Extract<OverrideStep, { mode: Mode }>;

export function setHeaderStep({ path, value, keepOrigin = false }: StepOf<'set-header'>): Step {
  const name = path.toLowerCase();
  return ({ headers }) => {
    if (!keepOrigin || readHeader(headers, name) === undefined) writeHeader(headers, name, value);
  };
}

export function deleteHeaderStep({ path }: StepOf<'delete-header'>): Step {
  const name = path.toLowerCase();
  return ({ headers }) => removeHeader(headers, name);
}

/** From what the vendor is sent, else from what the client sent. */
export function carryHeaderStep({
  mode,
  from,
  to,
  keepOrigin = false,
}: StepOf<'copy-header' | 'move-header'>): Step {
  const source = from.toLowerCase();
  const target = to.toLowerCase();
  return ({ headers, context }) => {
    const value = readHeader(headers, source) ?? clientHeader(context, source);
    if (value === undefined) return;
    if (!keepOrigin || readHeader(headers, target) === undefined) writeHeader(headers, target, value);
    if (mode === 'move-header' && source !== target) removeHeader(headers, source);
  };
}

/** Headers of the client that the vendor gets, too. */
export function passHeadersStep({ value, keepOrigin = false }: StepOf<'pass-headers'>): Step {
  const names = value.map((name) => name.toLowerCase());
  return ({ headers, context }) => {
    for (const name of names) {
      const given = clientHeader(context, name);
      if (given === undefined || (keepOrigin && readHeader(headers, name) !== undefined)) continue;
      writeHeader(headers, name, given);
    }
  };
}

interface Field {
  read(state: TransformState): unknown;
  write(state: TransformState, value: unknown): void;
}

/** Two places that say the same: the one that is missing is filled from the other. */
export function syncStep({ from, to }: StepOf<'sync-fields'>): Step {
  const [first, second] = [syncedField(from), syncedField(to)];
  return (state) => {
    const left = first.read(state);
    const right = second.read(state);
    if (left === undefined && right !== undefined) first.write(state, right);
    if (right === undefined && left !== undefined) second.write(state, left);
  };
}

function syncedField(field: string): Field {
  const name = field.slice(field.indexOf(':') + 1);
  if (field.startsWith('header:')) return headerField(name.toLowerCase());
  const path = compilePath(name);
  return {
    read: ({ body }) => readPath(body, path),
    write: ({ body }, value) => writePath(body, path, value),
  };
}

function headerField(name: string): Field {
  return {
    read: ({ headers, context }) => readHeader(headers, name) ?? clientHeader(context, name),
    write: ({ headers }, value) => {
      // A text with other characters is no value of a header.
      if (typeof value === 'string' && isHeaderValue(value)) writeHeader(headers, name, value);
    },
  };
}

/** What a client wrote may hold bytes that Node refuses to send. */
function clientHeader({ client }: TransformState['context'], name: string): string | undefined {
  const value = client.header(name);
  return value !== undefined && isHeaderValue(value) ? value : undefined;
}

function isHeaderValue(value: string): boolean {
  return value.length <= VALUE_LENGTH_MAX && /^[\t\x20-\x7e]*$/.test(value);
}

const VALUE_LENGTH_MAX = 8_000;
