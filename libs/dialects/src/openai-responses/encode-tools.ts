import type { JsonObject } from '../canonical/part.js';
import type {
  BuiltinTool,
  CanonicalRequest,
  CustomTool,
  FunctionTool,
  Tool,
  ToolChoice,
} from '../canonical/request.js';
import { given, objectOf } from '../json/tolerant.js';
import { TOOL_EXTENSION } from './decode-tools.js';
import { encodeMark, unsupported, type EncodeContext } from './encode-content.js';
import { DIALECT } from './wire.js';

/** `tools` and `tool_choice` of a request. https://platform.openai.com/docs/guides/function-calling */
export function encodeTools(request: CanonicalRequest, context: EncodeContext): JsonObject {
  const { tools, toolChoice } = request;
  if (tools.length === 0) return {};
  if (!context.target.tools) throw unsupported('tools', 'tools');
  return {
    tools: withoutRepeated(
      tools.map((tool, index) => encodeTool(tool, `tools[${index}]`, { request, context })),
    ),
    ...(toolChoice === undefined ? {} : { tool_choice: encodeToolChoice(toolChoice, tools) }),
  };
}

interface ToolContext {
  readonly request: CanonicalRequest;
  readonly context: EncodeContext;
}

function encodeTool(tool: Tool, path: string, { request, context }: ToolContext): JsonObject {
  if (tool.type === 'builtin') return encodeBuiltin(tool, path, context);
  if (tool.type === 'function') encodeMark(context.own ? undefined : tool.cache, context);
  return encodeNamedTool(tool, request);
}

/** As this dialect's clients write it. */
export function encodeNamedTool(tool: FunctionTool | CustomTool, request: CanonicalRequest): JsonObject {
  const { name, description } = tool;
  const own = request.origin === DIALECT;
  const members =
    tool.type === 'custom'
      ? given('format', tool.format)
      : {
          parameters: tool.parameters ?? { type: 'object', properties: {} },
          // Left out, it would mean true here, and false in other dialects.
          ...given('strict', tool.strict ?? (own ? undefined : false)),
        };
  const extra = own ? extensionsOf(name, request.extensions) : {};
  return { type: tool.type, name, ...given('description', description), ...members, ...extra };
}

function extensionsOf(name: string, extensions: JsonObject): JsonObject {
  const members = Object.entries(extensions).flatMap(([key, values]) => {
    const byName = key.startsWith(TOOL_EXTENSION) ? objectOf(values) : undefined;
    return byName !== undefined && Object.hasOwn(byName, name)
      ? [[key.slice(TOOL_EXTENSION.length), byName[name]]]
      : [];
  });
  return Object.fromEntries(members) as JsonObject;
}

function encodeBuiltin(
  { kind, origin, value }: BuiltinTool,
  path: string,
  { warnings }: EncodeContext,
): JsonObject {
  if (origin === DIALECT) return value;
  switch (kind) {
    case 'web-search':
    case 'web-fetch': // The model opens pages with the same tool.
      warnings.add(
        'approximated',
        path,
        "it is the vendor's own web search, without the settings of another's",
      );
      return { type: 'web_search' };
    case 'code-execution':
      warnings.add('approximated', path, "it is the vendor's own code interpreter");
      return { type: 'code_interpreter', container: { type: 'auto' } };
    default:
      throw unsupported(path, `the built-in tool "${kind}"`);
  }
}

/** Search and fetch are one tool here. */
function withoutRepeated(tools: readonly JsonObject[]): readonly JsonObject[] {
  const first = tools.findIndex(({ type }) => type === 'web_search');
  return tools.filter(({ type }, index) => type !== 'web_search' || index === first);
}

export function encodeToolChoice(choice: ToolChoice, tools: readonly Tool[]): string | JsonObject {
  switch (choice.type) {
    case 'tool':
      return { type: kindOf(choice.name, tools), name: choice.name };
    case 'allowed': {
      const allowed = choice.names.map((name) => ({ type: kindOf(name, tools), name }));
      return { type: 'allowed_tools', mode: choice.mode, tools: allowed };
    }
    case 'builtin':
      if (choice.origin === DIALECT) return choice.value;
      throw unsupported('toolChoice', 'a choice of a built-in tool of another vendor');
    default:
      return choice.type;
  }
}

function kindOf(name: string, tools: readonly Tool[]): 'function' | 'custom' {
  return tools.some((tool) => tool.type === 'custom' && tool.name === name) ? 'custom' : 'function';
}
