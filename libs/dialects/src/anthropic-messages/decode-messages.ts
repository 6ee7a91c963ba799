import type {
  OpaquePart,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../canonical/part.js';
import type { Message } from '../canonical/request.js';
import { unpackSignature, unpackToolCallId } from '../canonical/signature.js';
import { given } from '../json/tolerant.js';
import { decodeCache } from './cache-mark.js';
import { decodeCitations } from './citations.js';
import { decodeDocument, decodeImage, decodeSearchResult } from './decode-media.js';
import {
  DIALECT,
  type TextBlock,
  type ToolResultBlock,
  type ToolUseBlock,
  type WireBlock,
  type WireContent,
  type WireRequest,
} from './wire.js';

/** Instructions and turns. Instructions may stand among the turns, too; those before all others belong to the front. */
export function decodeConversation({ system, messages }: Pick<WireRequest, 'system' | 'messages'>): {
  readonly system: readonly TextPart[];
  readonly messages: readonly Message[];
} {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const leading = first === -1 ? messages.length : first;
  const texts = (content: WireContent) => decodeContent(content).filter((part) => part.type === 'text');
  return {
    system: [...texts(system ?? []), ...messages.slice(0, leading).flatMap(({ content }) => texts(content))],
    messages: messages.slice(leading).flatMap(({ role, content }) => turn(role, decodeContent(content))),
  };
}

/** Results of tools stand in the user's turn here, and have turns of their own in the canonical form. */
function turn(role: Message['role'], content: readonly Part[]): Message[] {
  if (role !== 'user') return [{ role, content }];
  const results = content.filter((part) => part.type === 'tool-result');
  const others = content.filter((part) => part.type !== 'tool-result');
  return [
    ...results.map((result): Message => ({ role: 'tool', content: [result] })),
    ...(others.length > 0 || results.length === 0 ? [{ role, content: others }] : []),
  ];
}

function decodeContent(content: WireContent): readonly Part[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content.flatMap(decodeBlock);
}

function decodeBlock(block: WireBlock): readonly Part[] {
  switch (block.type) {
    case 'text':
      return [decodeText(block as TextBlock)];
    case 'image':
      return [decodeImage(block as Extract<WireBlock, { type: 'image' }>)];
    case 'document':
      return decodeDocument(block as Extract<WireBlock, { type: 'document' }>);
    case 'search_result':
      return [decodeSearchResult(block as Extract<WireBlock, { type: 'search_result' }>)];
    case 'thinking':
    case 'redacted_thinking':
      return [decodeThinking(block)];
    case 'tool_use':
      return [decodeToolUse(block as ToolUseBlock)];
    case 'tool_result':
      return [decodeToolResult(block as ToolResultBlock)];
    default:
      return [opaque(block)];
  }
}

function decodeText(block: TextBlock): TextPart {
  const { text, citations } = block;
  return { type: 'text', text, ...decodeCitations(citations, text), ...decodeCache(block) };
}

/** Thinking without a signature, or with the mark of another vendor's, can't be proven to this one. */
function decodeThinking(block: WireBlock): ReasoningPart {
  const redacted = block.type === 'redacted_thinking';
  const { thinking, signature, data } = block as {
    thinking?: string;
    signature?: string | null;
    data?: string;
  };
  const proof = unpackSignature((redacted ? data : signature) ?? '', DIALECT);
  return {
    type: 'reasoning',
    text: thinking ?? '',
    ...(redacted ? { redacted } : {}),
    ...(proof.value === '' ? {} : { signature: proof }),
  };
}

/** Actions of toolsets, and calls that the vendor's own code made, are more than a call of a function. */
export function isToolsetCall(block: {
  readonly toolset_name?: unknown;
  readonly caller?: unknown;
}): boolean {
  const { toolset_name: toolset = null, caller } = block;
  const direct = (caller as { readonly type?: unknown } | null | undefined)?.type ?? 'direct';
  return toolset !== null || direct !== 'direct';
}

function decodeToolUse(block: ToolUseBlock): ToolCallPart | OpaquePart {
  if (isToolsetCall(block)) return opaque(block);
  const { id, signature } = unpackToolCallId(block.id);
  return {
    type: 'tool-call',
    id,
    name: block.name,
    input: JSON.stringify(block.input ?? {}),
    kind: 'function',
    ...(signature === undefined || signature.value === '' ? {} : { signature }),
    ...decodeCache(block),
  };
}

function decodeToolResult(block: ToolResultBlock): ToolResultPart | OpaquePart {
  if (isToolsetCall(block)) return opaque(block);
  const { content, is_error: isError } = block;
  const parts = decodeContent(content ?? []);
  return {
    type: 'tool-result',
    toolCallId: unpackToolCallId(block.tool_use_id).id,
    content: parts.filter((part): part is ToolResultPart['content'][number] => RESULT_PARTS.has(part.type)),
    kind: 'function',
    ...given('isError', isError ?? undefined),
    ...decodeCache(block),
  };
}

const RESULT_PARTS: ReadonlySet<string> = new Set<ToolResultPart['content'][number]['type']>([
  ...(['text', 'image', 'file', 'opaque'] as const),
]);

function opaque(block: WireBlock): OpaquePart {
  return { type: 'opaque', origin: DIALECT, kind: block.type, value: block };
}
