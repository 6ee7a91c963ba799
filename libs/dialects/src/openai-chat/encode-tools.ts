import type { JsonObject } from '../canonical/part.js';
import type { BuiltinTool, CanonicalRequest, FunctionTool, Tool, ToolChoice } from '../canonical/request.js';
import { given } from '../json/tolerant.js';
import { encodeCacheMark, unsupported, type PartContext } from './encode-parts.js';

const ORIGIN = 'openai-chat';

/** `tools`, `tool_choice` and `web_search_options` of a request. */
export function encodeTools(request: CanonicalRequest, context: PartContext): JsonObject {
  const { tools, toolChoice } = request;
  if (tools.length === 0) return {};
  if (!context.target.tools) throw unsupported('tools', 'tools');
  const encoded = tools.map((tool, index) => encodeTool(tool, `tools[${index}]`, context));
  const listed = encoded.filter((tool) => !('web_search_options' in tool));
  const search = encoded.find((tool) => 'web_search_options' in tool);
  return {
    ...(listed.length === 0 ? {} : { tools: listed }),
    ...search,
    ...(toolChoice === undefined || listed.length === 0
      ? {}
      : { tool_choice: encodeChoice(toolChoice, tools) }),
  };
}

function encodeTool(tool: Tool, path: string, context: PartContext): JsonObject {
  switch (tool.type) {
    case 'function':
      return { ...encodeFunction(tool), ...encodeCacheMark(tool.cache, context) };
    case 'custom': {
      const { name, description, format } = tool;
      return {
        type: 'custom',
        custom: { name, ...given('description', description), ...given('format', format) },
      };
    }
    case 'builtin':
      return encodeBuiltin(tool, path, context);
  }
}

function encodeFunction({ name, description, parameters, strict }: FunctionTool): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      ...given('description', description),
      ...given('parameters', parameters),
      ...given('strict', strict),
    },
  };
}

/** https://platform.openai.com/docs/guides/tools-web-search?api-mode=chat */
function encodeBuiltin(
  { kind, origin, value }: BuiltinTool,
  path: string,
  { warnings }: PartContext,
): JsonObject {
  if (origin === ORIGIN) return value;
  if (kind !== 'web-search') throw unsupported(path, `the built-in tool "${kind}"`);
  warnings.add('approximated', path, 'web search is a parameter without settings there');
  return { web_search_options: {} };
}

function encodeChoice(choice: ToolChoice, tools: readonly Tool[]): string | JsonObject {
  switch (choice.type) {
    case 'tool':
      return reference(choice.name, choice.kind);
    case 'allowed': {
      const references = choice.names.map((name) => reference(name, kindOf(name, tools)));
      return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools: references } };
    }
    case 'builtin':
      if (choice.origin === ORIGIN) return choice.value;
      throw unsupported('toolChoice', 'a choice of a built-in tool');
    default:
      return choice.type;
  }
}

function reference(name: string, kind: 'function' | 'custom'): JsonObject {
  return { type: kind, [kind]: { name } };
}

function kindOf(name: string, tools: readonly Tool[]): 'function' | 'custom' {
  return tools.some((tool) => tool.type === 'custom' && tool.name === name) ? 'custom' : 'function';
}
