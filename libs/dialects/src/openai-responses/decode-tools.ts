import type { JsonObject } from '../canonical/part.js';
import type { BuiltinKind, CustomTool, FunctionTool, Tool, ToolChoice } from '../canonical/request.js';
import { given } from '../json/tolerant.js';
import { DIALECT, type WireTool, type WireToolChoice } from './wire.js';

type Wire<Type extends string> = Extract<WireTool, { readonly type: Type }>;

/** https://platform.openai.com/docs/guides/tools. Some have versions: `web_search_2025_08_26`. */
const BUILTIN_KINDS: readonly (readonly [RegExp, BuiltinKind])[] = [
  [/^web_search/, 'web-search'],
  [/^file_search$/, 'file-search'],
  [/^code_interpreter$/, 'code-execution'],
  [/^computer/, 'computer-use'],
  [/^image_generation$/, 'image-generation'],
  [/^mcp$/, 'mcp'],
  [/shell$/, 'shell'],
  [/^apply_patch$/, 'text-editor'],
];

/** Members of tools that only this dialect knows are kept among the extensions, by the name of the tool. */
export const TOOL_EXTENSION = 'tools[].';

const READ: ReadonlySet<string> = new Set(['type', 'name', 'description', 'parameters', 'strict', 'format']);

export function decodeTools(tools: readonly WireTool[]): {
  readonly tools: readonly Tool[];
  readonly extensions: JsonObject;
} {
  const extensions = new Map<string, Map<string, unknown>>();
  for (const tool of tools) {
    if (!isNamed(tool)) continue;
    for (const [member, value] of Object.entries(tool)) {
      if (READ.has(member) || value === null || value === undefined) continue;
      const key = TOOL_EXTENSION + member;
      extensions.set(key, (extensions.get(key) ?? new Map<string, unknown>()).set(tool.name, value));
    }
  }
  return {
    tools: tools.map(decodeTool),
    extensions: Object.fromEntries([...extensions].map(([key, values]) => [key, Object.fromEntries(values)])),
  };
}

function isNamed(tool: WireTool): tool is Wire<'function'> | Wire<'custom'> {
  return tool.type === 'function' || tool.type === 'custom';
}

function decodeTool(tool: WireTool): Tool {
  if (!isNamed(tool)) {
    const [, kind = 'other'] = BUILTIN_KINDS.find(([pattern]) => pattern.test(tool.type)) ?? [];
    return { type: 'builtin', kind, origin: DIALECT, value: tool };
  }
  return tool.type === 'function' ? decodeFunction(tool) : decodeCustom(tool);
}

function decodeFunction({ name, description, parameters, strict }: Wire<'function'>): FunctionTool {
  return {
    type: 'function',
    name,
    ...given('description', description ?? undefined),
    ...given('parameters', parameters ?? undefined),
    ...given('strict', strict ?? undefined),
  };
}

function decodeCustom({ name, description, format }: Wire<'custom'>): CustomTool {
  return {
    type: 'custom',
    name,
    ...given('description', description ?? undefined),
    ...given('format', format ?? undefined),
  };
}

export function decodeToolChoice(choice: WireToolChoice): ToolChoice {
  if (typeof choice === 'string') return { type: choice };
  if (isReference(choice)) return { type: 'tool', name: choice.name, kind: choice.type };
  if (isAllowed(choice)) {
    const names = choice.tools.map(({ type, name }) =>
      type === 'function' || type === 'custom' ? name : null,
    );
    const known = names.filter((name) => typeof name === 'string');
    // One of the vendor's own tools is among them.
    if (known.length === names.length) return { type: 'allowed', mode: choice.mode, names: known };
  }
  return { type: 'builtin', origin: DIALECT, value: choice };
}

function isReference(
  choice: Exclude<WireToolChoice, string>,
): choice is Extract<WireToolChoice, { name: string }> {
  return choice.type === 'function' || choice.type === 'custom';
}

function isAllowed(
  choice: Exclude<WireToolChoice, string>,
): choice is Extract<WireToolChoice, { mode: string }> {
  return choice.type === 'allowed_tools';
}
