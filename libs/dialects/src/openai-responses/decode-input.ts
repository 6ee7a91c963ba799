import { GatewayError } from '@tollgate/contracts';
import type { Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart } from '../canonical/part.js';
import type { CanonicalRequest, Message } from '../canonical/request.js';
import { unpackToolCallId } from '../canonical/signature.js';
import { given } from '../json/tolerant.js';
import { decodeContent, opaque } from './decode-content.js';
import { unpackReasoning } from './reasoning-item.js';
import { DIALECT, type WireItem, type WireRequest } from './wire.js';

type Wire<Type extends string> = Extract<WireItem, { readonly type: Type }>;
type MessageItem = Extract<WireItem, { readonly role: string }>;
type OutputItem = Extract<WireItem, { readonly output: unknown }>;
type CallItem = Wire<'function_call'> | Wire<'custom_tool_call'>;

interface Turn {
  readonly role: Message['role'];
  readonly content: Part[];
}

/** Names of the tools by the ids of their calls. */
type CallNames = Map<string, string>;

/**
 * Items in a row that the model wrote (words, thoughts, calls) are one turn, and so are results of tools. Instructions
 * before the first other item stand before the conversation.
 */
export function decodeInput({
  input,
  instructions,
}: WireRequest): Pick<CanonicalRequest, 'system' | 'messages'> {
  const items: readonly WireItem[] =
    typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : (input ?? []);
  const turns: Turn[] = [];
  const names: CallNames = new Map();
  for (const [index, item] of items.entries()) {
    const { role, content } = decodeItem(item, `input[${index}]`, names);
    const last = turns.at(-1);
    if (last?.role === role && (role === 'assistant' || role === 'tool')) last.content.push(...content);
    else turns.push({ role, content: [...content] });
  }
  const first = turns.findIndex(({ role, content }) => role !== 'system' || !content.every(isText));
  const leading = turns.slice(0, first === -1 ? turns.length : first);
  return {
    system: [
      ...(instructions ? [{ type: 'text', text: instructions } as const] : []),
      ...leading.flatMap(({ content }) => content.filter(isText)),
    ],
    messages: turns.slice(leading.length),
  };
}

function isText(part: Part): part is TextPart {
  return part.type === 'text';
}

/** Items that stand for others which only the vendor has: without them the conversation would be another one. */
const REFERENCES: ReadonlySet<string> = new Set(['item_reference', 'compaction', 'compaction_trigger']);

/** Items that answer what the model asked for, beside those with a kind of their own. */
const ANSWERS = /(?:_output|_approval_response)$/;

function decodeItem(
  item: WireItem,
  field: string,
  names: CallNames,
): { role: Message['role']; content: readonly Part[] } {
  if (isMessage(item)) return decodeMessage(item, field);
  const { type } = item;
  if (REFERENCES.has(type)) throw storedUnsupported(field, `items of type "${type}"`);
  switch (type) {
    case 'function_call':
    case 'custom_tool_call':
      return { role: 'assistant', content: [decodeCall(item as CallItem, names)] };
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'tool', content: [decodeOutput(item as OutputItem, field, names)] };
    case 'reasoning':
      return { role: 'assistant', content: [decodeReasoning(item as Wire<'reasoning'>)] };
    default:
      return { role: ANSWERS.test(type) ? 'tool' : 'assistant', content: [opaque(item)] };
  }
}

/** What only the vendor that holds it can go on with. */
export function storedUnsupported(field: string, what: string): GatewayError {
  return new GatewayError(
    'unsupported_feature',
    `Only the vendor that stored the conversation knows ${what}.`,
    {
      field,
      retry: 'next-channel',
    },
  );
}

function isMessage(item: WireItem): item is MessageItem {
  return item.type === 'message';
}

function decodeMessage(
  { role, content, phase }: MessageItem,
  field: string,
): { role: Message['role']; content: readonly Part[] } {
  const parts = decodeContent(content, `${field}.content`);
  if (role === 'user') return { role, content: parts };
  if (role !== 'assistant') return { role: 'system', content: parts };
  // Whether words were said on the way or as the answer: state that the vendor wants back.
  const signature = phase ? { signature: { origin: DIALECT, value: phase } as const } : {};
  return { role, content: parts.map((part) => (part.type === 'text' ? { ...part, ...signature } : part)) };
}

function decodeCall(item: CallItem, names: CallNames): Part {
  const { id, signature } = unpackToolCallId(item.call_id);
  names.set(id, item.name);
  // A tool in a namespace has no name of its own.
  if (item.namespace) return opaque(item);
  const call: Pick<ToolCallPart, 'type' | 'id' | 'name' | 'signature'> = {
    type: 'tool-call',
    id,
    name: item.name,
    ...given('signature', signature),
  };
  return item.type === 'custom_tool_call'
    ? { ...call, input: item.input, kind: 'custom' }
    : { ...call, input: item.arguments.trim() === '' ? '{}' : item.arguments, kind: 'function' };
}

function decodeOutput(
  { type, call_id: callId, output }: OutputItem,
  field: string,
  names: CallNames,
): ToolResultPart {
  const { id } = unpackToolCallId(callId);
  const content = decodeContent(output, `${field}.output`).map((part) =>
    part.type === 'refusal' ? ({ type: 'text', text: part.text } as const) : part,
  );
  return {
    type: 'tool-result',
    toolCallId: id,
    ...given('toolName', names.get(id)),
    content,
    kind: type === 'custom_tool_call_output' ? 'custom' : 'function',
  };
}

function decodeReasoning({
  id,
  summary,
  content,
  encrypted_content: encrypted,
}: Wire<'reasoning'>): ReasoningPart {
  const text = [...(summary ?? []), ...(content ?? [])].map((part) => part.text).join('\n\n');
  return {
    type: 'reasoning',
    text,
    ...given('id', id ?? undefined),
    ...(encrypted ? unpackReasoning(encrypted) : {}),
  };
}
