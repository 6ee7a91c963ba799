import type { Blocks } from '../canonical/blocks.js';
import type { JsonObject } from '../canonical/part.js';
import { given, numberOf, objectOf, objectsOf, textOf } from '../json/tolerant.js';

const ORIGIN = 'openai-chat';
const CALLS_MAX = 1_024;

interface Call {
  readonly key: number;
  readonly id: string;
  /** The name was told, so the call has begun. */
  begun: boolean;
  /** Arguments that came before the name. */
  held: string;
}

/**
 * Pieces of tool calls of one choice. OpenAI numbers the calls by `index` and gives id and name with the first piece;
 * vendors leave the index out, or give the same one to several calls with ids of their own, or give a whole call at once,
 * its arguments as an object.
 */
export class ToolCallReader {
  private readonly calls: Call[] = [];
  private readonly byIndex = new Map<number, Call>();

  /** `fallbackId`: what ids begin with that the vendor did not give. */
  constructor(
    private readonly blocks: Blocks,
    private readonly fallbackId: () => string,
  ) {}

  read(value: unknown): void {
    for (const piece of objectsOf(value)) this.piece(piece);
  }

  /** A call of the time before tools: `function_call`. */
  readFunctionCall(value: unknown): void {
    const fn = objectOf(value);
    if (fn !== undefined) this.piece({ index: 0, function: fn });
  }

  private piece(piece: JsonObject): void {
    const custom = objectOf(piece['custom']);
    const called = custom ?? objectOf(piece['function']) ?? {};
    const name = textOf(called['name']) ?? '';
    const call = this.callOf(piece, name);
    if (call === undefined) return;
    if (!call.begun && name !== '') this.begin(call, { name, piece, custom: custom !== undefined });
    const input = inputText(custom === undefined ? called['arguments'] : called['input']);
    if (call.begun) this.blocks.toolInput(call.key, input);
    else call.held += input;
  }

  private begin(
    call: Call,
    { name, piece, custom }: { readonly name: string; readonly piece: JsonObject; readonly custom: boolean },
  ): void {
    const extra = objectOf(piece['extra_content']);
    const signature = extra && ({ origin: ORIGIN, value: JSON.stringify(extra) } as const);
    call.begun = true;
    this.blocks.toolCall(call.key, {
      id: call.id,
      name,
      kind: custom ? 'custom' : 'function',
      ...given('signature', signature),
    });
    this.blocks.toolInput(call.key, call.held);
  }

  private callOf(piece: JsonObject, name: string): Call | undefined {
    const index = numberOf(piece['index']);
    const id = textOf(piece['id']) ?? '';
    const known = index === undefined ? this.withoutIndex(id, name) : this.byIndex.get(index);
    // Another id under the same number, with a name of its own, is another call.
    const other = known !== undefined && id !== '' && id !== known.id && name !== '' && known.begun;
    if (known !== undefined && !other) return known;
    if (this.calls.length >= CALLS_MAX) return undefined;
    const key = this.calls.length;
    const call: Call = { key, id: id === '' ? `${this.fallbackId()}_${key}` : id, begun: false, held: '' };
    this.calls.push(call);
    if (index !== undefined) this.byIndex.set(index, call);
    return call;
  }

  private withoutIndex(id: string, name: string): Call | undefined {
    if (id !== '') return this.calls.find((call) => call.id === id);
    return name === '' ? this.calls.at(-1) : undefined;
  }
}

function inputText(value: unknown): string {
  if (typeof value === 'string') return value;
  return objectOf(value) === undefined ? '' : JSON.stringify(value);
}
