import { invalidAnswer } from '../canonical/failure.js';
import type { JsonObject, OpaquePart } from '../canonical/part.js';
import { objectOf, parseObject, textOf } from '../json/tolerant.js';
import { DIALECT } from './wire.js';

const LENGTH_MAX = 16 * 1_048_576;

/** A block of a kind that only this dialect knows, gathered from its events. */
export class OpaqueBlock {
  private readonly events: JsonObject[];
  private readonly texts = new Map<string, string>();
  private input = '';
  private length = 0;

  constructor(
    private readonly block: JsonObject,
    start: JsonObject,
  ) {
    this.events = [start];
  }

  /** @throws GatewayError `upstream_invalid_response` for a block that does not end */
  delta(event: JsonObject, data: string): void {
    this.length += data.length;
    if (this.length > LENGTH_MAX) throw invalidAnswer('a block is too long');
    this.events.push(event);
    const { type, ...members } = objectOf(event['delta']) ?? {};
    if (type === 'input_json_delta') {
      this.input += textOf(members['partial_json']) ?? '';
      return;
    }
    for (const [name, value] of Object.entries(members)) {
      if (typeof value === 'string') this.texts.set(name, (this.texts.get(name) ?? '') + value);
    }
  }

  end(stop: JsonObject): OpaquePart & { readonly events: readonly JsonObject[] } {
    const { block, input, texts } = this;
    const parsed = input === '' ? undefined : parseObject(input);
    const value = {
      ...block,
      ...(parsed === undefined ? {} : { input: parsed }),
      ...Object.fromEntries([...texts].map(([name, text]) => [name, (textOf(block[name]) ?? '') + text])),
    };
    const kind = textOf(block['type']) ?? 'unknown';
    return { type: 'opaque', origin: DIALECT, kind, value, events: [...this.events, stop] };
  }
}
