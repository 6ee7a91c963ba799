import type { JsonObject } from '../canonical/part.js';
import type { BuiltinKind, CanonicalRequest, FunctionTool, Tool } from '../canonical/request.js';
import { given } from '../json/tolerant.js';
import { decodeCache } from './cache-mark.js';
import { DIALECT, type WireRequest, type WireTool } from './wire.js';

/** Tools of the vendor have versions: `web_search_20250305`. */
const BUILTIN_KINDS: readonly (readonly [string, BuiltinKind])[] = [
  ['web_search_', 'web-search'],
  ['web_fetch_', 'web-fetch'],
  ['code_execution_', 'code-execution'],
  ['computer_', 'computer-use'],
  ['text_editor_', 'text-editor'],
  ['bash_', 'shell'],
  ['memory_', 'memory'],
  ['mcp_', 'mcp'],
];

const FUNCTION_MEMBERS = new Set([
  ...['type', 'name', 'description', 'input_schema', 'strict', 'cache_control'],
]);
/** Members of functions that only this dialect knows are kept among the extensions, by the name of the tool. */
export const TOOL_EXTENSION = 'tools[].';

type FunctionDefinition = Extract<WireTool, { input_schema: unknown }>;

export function decodeTools(tools: readonly WireTool[]): {
  readonly tools: readonly Tool[];
  readonly extensions: JsonObject;
} {
  const extensions = new Map<string, Map<string, unknown>>();
  for (const tool of tools) {
    if (!isFunction(tool)) continue;
    for (const [member, value] of Object.entries(tool)) {
      if (FUNCTION_MEMBERS.has(member) || value === null) continue;
      const key = `${TOOL_EXTENSION}${member}`;
      extensions.set(key, (extensions.get(key) ?? new Map<string, unknown>()).set(tool.name, value));
    }
  }
  return {
    tools: tools.map((tool) => (isFunction(tool) ? decodeFunction(tool) : decodeBuiltin(tool))),
    extensions: Object.fromEntries([...extensions].map(([key, values]) => [key, Object.fromEntries(values)])),
  };
}

function isFunction(tool: WireTool): tool is FunctionDefinition {
  return (tool.type ?? 'custom') === 'custom';
}

function decodeFunction(tool: FunctionDefinition): FunctionTool {
  return {
    type: 'function',
    name: tool.name,
    ...given('description', tool.description ?? undefined),
    parameters: tool.input_schema,
    ...given('strict', tool.strict ?? undefined),
    ...decodeCache(tool),
  };
}

function decodeBuiltin(tool: WireTool): Tool {
  const type = tool.type ?? '';
  const [, kind = 'other'] = BUILTIN_KINDS.find(([prefix]) => type.startsWith(prefix)) ?? [];
  return { type: 'builtin', kind, origin: DIALECT, value: tool };
}

export function decodeToolChoice(
  { tool_choice: choice }: Pick<WireRequest, 'tool_choice'>,
  tools: readonly Tool[],
): Pick<CanonicalRequest, 'toolChoice' | 'parallelToolCalls'> {
  if (choice === undefined || choice === null) return {};
  if (choice.type === 'none') return { toolChoice: { type: 'none' } };
  const disabled = choice.disable_parallel_tool_use ?? undefined;
  const parallel = disabled === undefined ? {} : { parallelToolCalls: !disabled };
  switch (choice.type) {
    case 'auto':
      return { toolChoice: { type: 'auto' }, ...parallel };
    case 'any':
      return { toolChoice: { type: 'required' }, ...parallel };
    case 'tool': {
      const { name } = choice;
      const builtin = tools.some((tool) => tool.type === 'builtin' && tool.value['name'] === name);
      const value = { type: 'tool', name };
      return {
        toolChoice: builtin
          ? { type: 'builtin', origin: DIALECT, value }
          : { type: 'tool', name, kind: 'function' },
        ...parallel,
      };
    }
  }
}
