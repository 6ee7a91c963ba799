import type { CacheMark, JsonObject } from '../canonical/part.js';
import type { BuiltinKind, FunctionTool, Tool, ToolChoice } from '../canonical/request.js';
import { invalidField } from '../json/request-body.js';
import { given } from '../json/tolerant.js';
import { required } from './decode-parts.js';
import {
  functionTool,
  type ChatRequest,
  type WireFunction,
  type WireTool,
  type WireToolChoice,
} from './wire.js';

const ORIGIN = 'openai-chat';

/** Tools, the functions of the time before tools, and web search, which is a parameter of its own here. */
export function decodeTools({ tools, functions, web_search_options: search }: ChatRequest): Tool[] {
  const decoded = (tools ?? []).map((tool, index) => decodeTool(tool, `tools[${index}]`));
  for (const legacy of functions ?? []) decoded.push(decodeFunction(legacy, undefined));
  if (search) {
    decoded.push({
      type: 'builtin',
      kind: 'web-search',
      origin: ORIGIN,
      value: { web_search_options: search },
    });
  }
  return decoded;
}

function decodeTool(tool: WireTool, path: string): Tool {
  const { type, custom, cache_control: mark } = tool;
  if (type === 'function') {
    const cache = mark ? given('ttl', mark.ttl ?? undefined) : undefined;
    return decodeFunction(checkedFunction(tool, path), cache);
  }
  if (type === 'custom') {
    const { name, description, format } = required(custom, `${path}.custom`);
    return {
      type,
      name,
      ...given('description', description ?? undefined),
      ...given('format', format ?? undefined),
    };
  }
  return { type: 'builtin', kind: builtinKind(tool), origin: ORIGIN, value: tool };
}

/** Vendors' own tools have a `function`, too, of another form (Moonshot's `$web_search`): only functions are checked. */
function checkedFunction(tool: WireTool, path: string): WireFunction {
  const result = functionTool.safeParse(required(tool.function, `${path}.function`));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalidField([`${path}.function`, ...(issue?.path ?? [])].map(String).join('.'), 'is wrong');
}

function decodeFunction(
  { name, description, parameters, strict }: WireFunction,
  cache: CacheMark | undefined,
): FunctionTool {
  return {
    type: 'function',
    name,
    ...given('description', description ?? undefined),
    ...given('parameters', parameters ?? undefined),
    ...given('strict', strict ?? undefined),
    ...given('cache', cache),
  };
}

const KINDS: readonly (readonly [RegExp, BuiltinKind])[] = [
  [/web_?search|browser_search/, 'web-search'],
  [/web_?(fetch|extractor)|visit_website/, 'web-fetch'],
  [/code_(interpreter|execution)/, 'code-execution'],
  [/file_search|retrieval/, 'file-search'],
  [/image_generation/, 'image-generation'],
  [/^mcp$/, 'mcp'],
];

function builtinKind({ type, function: fn }: WireTool): BuiltinKind {
  const words = `${type} ${fn?.name ?? ''}`;
  return KINDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'other';
}

export function decodeToolChoice({
  tool_choice: choice,
  function_call: legacy,
}: ChatRequest): ToolChoice | undefined {
  if (choice !== null && choice !== undefined) return choiceOf(choice);
  if (legacy === null || legacy === undefined) return undefined;
  return typeof legacy === 'string'
    ? { type: legacy }
    : { type: 'tool', name: legacy.name, kind: 'function' };
}

function choiceOf(choice: Exclude<WireToolChoice, null | undefined>): ToolChoice {
  if (typeof choice === 'string') return { type: choice === 'any' ? 'required' : choice };
  const { type, function: fn, custom, allowed_tools: allowed } = choice;
  if (type === 'function' && fn) return { type: 'tool', name: fn.name, kind: 'function' };
  if (type === 'custom' && custom) return { type: 'tool', name: custom.name, kind: 'custom' };
  if (type === 'allowed_tools' && allowed) {
    const names = allowed.tools.map((tool) => tool.function?.name ?? tool.custom?.name);
    return { type: 'allowed', mode: allowed.mode, names: names.filter((name) => name !== undefined) };
  }
  if (type === 'function' || type === 'custom') throw invalidField(`tool_choice.${type}`, 'is missing');
  return { type: 'builtin', origin: ORIGIN, value: choice satisfies JsonObject };
}
