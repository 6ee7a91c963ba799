import { invalidAnswer } from '../canonical/failure.js';
import type { JsonObject } from '../canonical/part.js';
import { objectsOf, textOf } from '../json/tolerant.js';

const STEPS_MAX = 32;
const INDEX_MAX = 10_000;
/** Pieces of the arguments of one call. */
const PIECES_MAX = 100_000;

/**
 * Puts together arguments that are streamed piece by piece, each with the place where it belongs (`$.a.b[0]`).
 * https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc
 */
export class PartialArguments {
  private readonly args = new Map<string, unknown>();
  private pieces = 0;

  /** @throws GatewayError `upstream_invalid_response` for a place that is none, or too many pieces */
  push(pieces: unknown): void {
    for (const piece of objectsOf(pieces)) {
      this.pieces += 1;
      if (this.pieces > PIECES_MAX) throw invalidAnswer('the arguments of a tool call are too long');
      this.put(textOf(piece['jsonPath']) ?? '', piece);
    }
  }

  /** JSON text. */
  get text(): string {
    return JSON.stringify(plain(this.args));
  }

  private put(path: string, piece: JsonObject): void {
    const steps = stepsOf(path);
    const last = steps.pop();
    if (last === undefined) throw invalidAnswer('a piece of the arguments has no place');
    let at: Container = this.args;
    for (const step of steps) {
      const inner = at.get(step);
      const next: Container =
        inner instanceof Map ? (inner as Container) : new Map<string | number, unknown>();
      at.set(step, next);
      at = next;
    }
    const known = at.get(last);
    const value = valueOf(piece);
    at.set(last, typeof known === 'string' && typeof value === 'string' ? known + value : value);
  }
}

type Container = Map<string | number, unknown>;

function valueOf(piece: JsonObject): unknown {
  if (piece['stringValue'] !== undefined) return textOf(piece['stringValue']) ?? '';
  return piece['numberValue'] ?? piece['boolValue'] ?? null;
}

/** `$.a['b c'][0]` → `a`, `b c`, 0. */
function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  const pattern = /\.?([^.[\]]+)|\[(\d+)\]|\[['"]([^'"]*)['"]\]/y;
  pattern.lastIndex = path.startsWith('$') ? 1 : 0;
  while (pattern.lastIndex < path.length) {
    const [matched, name, index, quoted] = pattern.exec(path) ?? [];
    if (matched === undefined || steps.length >= STEPS_MAX)
      throw invalidAnswer('a piece of the arguments has no place');
    const position = index === undefined ? undefined : Number(index);
    if (position !== undefined && position > INDEX_MAX)
      throw invalidAnswer('an argument is too far back in a list');
    steps.push(position ?? name ?? quoted ?? '');
  }
  return steps;
}

/** Lists are containers whose steps are all positions. */
function plain(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  const entries = [...(value as Container)];
  if (entries.length > 0 && entries.every(([step]) => typeof step === 'number')) {
    return entries.sort(([left], [right]) => Number(left) - Number(right)).map(([, entry]) => plain(entry));
  }
  return Object.fromEntries(entries.map(([step, entry]) => [step, plain(entry)]));
}
