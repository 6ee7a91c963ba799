import type {
  JsonObject,
  Part,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../canonical/part.js';
import type { CanonicalRequest, Message } from '../canonical/request.js';
import { ownAnnotations } from './citations.js';
import { encodeContent, encodeMark, unsupported, type EncodeContext } from './encode-content.js';
import { DIALECT } from './wire.js';

/** `instructions` and `input` of a request. https://platform.openai.com/docs/guides/conversation-state */
export function encodeInput(
  { system, messages }: Pick<CanonicalRequest, 'system' | 'messages'>,
  context: EncodeContext,
): { readonly instructions?: string; readonly input: readonly JsonObject[] } {
  const input = messages.flatMap((message, index) => encodeMessage(message, `messages[${index}]`, context));
  const [first, ...others] = system;
  if (first === undefined) return { input };
  // A text without parts has no place for a mark.
  if (context.own && first.cache !== undefined) {
    return { input: [instructionMessage(system, 'system', context), ...input] };
  }
  encodeMark(first.cache, context);
  const more = others.length === 0 ? [] : [instructionMessage(others, 'system', context)];
  return { instructions: first.text, input: [...more, ...input] };
}

/** The instructions as an answer repeats them; `null` when there are none. */
export function joinedInstructions(system: readonly TextPart[]): string | null {
  return system.length === 0 ? null : system.map(({ text }) => text).join('\n\n');
}

function instructionMessage(content: readonly Part[], path: string, context: EncodeContext): JsonObject {
  return { type: 'message', role: context.target.systemRole, content: encodeContent(content, path, context) };
}

function encodeMessage(
  { role, content, name }: Message,
  path: string,
  context: EncodeContext,
): readonly JsonObject[] {
  if (name !== undefined) context.warnings.add('dropped', `${path}.name`, 'participants have no names there');
  const parts = `${path}.content`;
  switch (role) {
    case 'system':
      return [instructionMessage(content, parts, context)];
    case 'user':
      return encodeUser(content, parts, context);
    case 'tool':
      return content.flatMap((part, index) => encodeAnswer(part, `${parts}[${index}]`, context));
    case 'assistant':
      return encodeAssistant(content, parts, context);
  }
}

type ResultContent = ToolResultPart['content'];

const FAILED = 'Error: ';

/** Some dialects put results of tools into the user's turn. */
function encodeUser(content: readonly Part[], path: string, context: EncodeContext): readonly JsonObject[] {
  const isResult = (part: Part): part is ToolResultPart => part.type === 'tool-result';
  const results = content.filter(isResult).map((part) => encodeResult(part, path, context));
  const said = encodeContent(
    content.filter((part) => !isResult(part)),
    path,
    context,
  );
  return said.length === 0 && results.length > 0
    ? results
    : [...results, { type: 'message', role: 'user', content: said }];
}

function encodeAnswer(part: Part, path: string, context: EncodeContext): readonly JsonObject[] {
  if (part.type === 'tool-result') return [encodeResult(part, path, context)];
  if (part.type === 'opaque') return encodeOpaque(part, path, context);
  return [{ type: 'message', role: 'user', content: encodeContent([part], path, context) }];
}

function encodeResult(part: ToolResultPart, path: string, context: EncodeContext): JsonObject {
  const { toolCallId, kind, cache } = part;
  encodeMark(context.own ? undefined : cache, context);
  const type = kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output';
  return {
    type,
    call_id: toolCallId,
    output: encodeOutput(resultContent(part, path, context), path, context),
  };
}

/** That a tool failed is told by its words alone here. */
function resultContent(
  { content, isError }: ToolResultPart,
  path: string,
  { warnings }: EncodeContext,
): ResultContent {
  if (isError !== true) return content;
  warnings.add('approximated', `${path}.isError`, 'that a tool failed is told by its words alone there');
  const [first, ...others] = content;
  return first?.type === 'text'
    ? [{ ...first, text: FAILED + first.text }, ...others]
    : [{ type: 'text', text: FAILED.trim() }, ...content];
}

function encodeOutput(content: ResultContent, path: string, context: EncodeContext): string | JsonObject[] {
  const [only] = content;
  if (only === undefined) return '';
  if (content.some(({ type }) => type === 'audio')) throw unsupported(path, 'sounds from tools');
  if (content.length === 1 && only.type === 'text' && !(context.own && only.cache)) {
    encodeMark(only.cache, context);
    return only.text;
  }
  return encodeContent(content, `${path}.content`, context);
}

/** Words that follow one another are one message. */
function encodeAssistant(
  content: readonly Part[],
  path: string,
  context: EncodeContext,
): readonly JsonObject[] {
  const items: JsonObject[] = [];
  let said: { readonly phase: string | undefined; readonly content: JsonObject[] } | undefined;
  for (const [index, part] of content.entries()) {
    if (part.type === 'text' || part.type === 'refusal') {
      const phase = phaseOf(part);
      if (said === undefined || said.phase !== phase) {
        said = { phase, content: [] };
        items.push(assistantMessage(said.phase, said.content));
      }
      said.content.push(encodeWords(part, context));
      continue;
    }
    said = undefined;
    items.push(...encodeItem(part, `${path}[${index}]`, context));
  }
  return items;
}

function assistantMessage(phase: string | undefined, content: readonly JsonObject[]): JsonObject {
  return { type: 'message', role: 'assistant', content, ...(phase === undefined ? {} : { phase }) };
}

function phaseOf(part: TextPart | RefusalPart): string | undefined {
  return part.type === 'text' && part.signature?.origin === DIALECT ? part.signature.value : undefined;
}

function encodeWords(part: TextPart | RefusalPart, context: EncodeContext): JsonObject {
  if (part.type === 'refusal') return { type: 'refusal', refusal: part.text };
  encodeMark(context.own ? undefined : part.cache, context);
  const annotations = ownAnnotations(part.citations);
  return { type: 'output_text', text: part.text, ...(annotations.length > 0 ? { annotations } : {}) };
}

function encodeItem(
  part: Exclude<Part, TextPart | RefusalPart>,
  path: string,
  context: EncodeContext,
): readonly JsonObject[] {
  switch (part.type) {
    case 'reasoning':
      return encodeReasoning(part, path, context);
    case 'tool-call':
      return [encodeCall(part, context)];
    case 'tool-result':
      return [encodeResult(part, path, context)];
    case 'opaque':
      return encodeOpaque(part, path, context);
    default:
      context.warnings.add('dropped', path, `"${part.type}" is nothing that a model has said there`);
      return [];
  }
}

/** The vendor takes back its own reasoning only: by its state, or by its id when it stored the conversation. */
function encodeReasoning(
  { text, signature, id }: ReasoningPart,
  path: string,
  context: EncodeContext,
): readonly JsonObject[] {
  const own = signature?.origin === DIALECT;
  if (!own && !(context.own && signature === undefined && id !== undefined)) {
    context.warnings.add('dropped', path, 'reasoning of another vendor is not taken there');
    return [];
  }
  const summary = text === '' ? [] : [{ type: 'summary_text', text }];
  return [
    {
      type: 'reasoning',
      ...(id === undefined ? {} : { id }),
      summary,
      ...(own ? { encrypted_content: signature.value } : {}),
    },
  ];
}

function encodeCall({ id, name, input, kind, cache }: ToolCallPart, context: EncodeContext): JsonObject {
  encodeMark(context.own ? undefined : cache, context);
  return kind === 'custom'
    ? { type: 'custom_tool_call', call_id: id, name, input }
    : { type: 'function_call', call_id: id, name, arguments: input };
}

function encodeOpaque(
  part: Extract<Part, { type: 'opaque' }>,
  path: string,
  { warnings }: EncodeContext,
): readonly JsonObject[] {
  if (part.origin === DIALECT) return [part.value];
  warnings.add('dropped', path, `"${part.kind}" is only known to the vendor that made it`);
  return [];
}
