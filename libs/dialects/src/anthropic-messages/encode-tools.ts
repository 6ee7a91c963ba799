import { unsupported } from '../canonical/failure.js';
import type { JsonObject } from '../canonical/part.js';
import { toolNames } from '../canonical/conversation.js';
import type {
  BuiltinKind,
  BuiltinTool,
  CanonicalRequest,
  FunctionTool,
  Tool,
  ToolChoice,
} from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { given, objectOf } from '../json/tolerant.js';
import { encodeCache } from './cache-mark.js';
import { TOOL_EXTENSION } from './decode-tools.js';
import { badName } from './encode-messages.js';
import { DIALECT, TOOL_NAME, type Block } from './wire.js';

export interface WireTools {
  readonly tools?: readonly Block[];
  readonly tool_choice?: Block;
}

/** @throws GatewayError `unsupported_feature` */
export function encodeTools(request: CanonicalRequest, target: TargetProfile, warnings: Warnings): WireTools {
  const wanted = allowedTools(request, warnings);
  const history = wanted.length > 0 ? [] : namesInHistory(request);
  if (!target.tools && wanted.length + history.length > 0) {
    throw unsupported('tools', 'This model takes no tools.');
  }
  if (wanted.length === 0) return toolsOfHistory(request, history, warnings);
  const encoder = new ToolEncoder(request, target, warnings);
  const choice = encodeChoice(request, target, warnings);
  return { tools: wanted.map((tool) => encoder.encode(tool)), ...given('tool_choice', choice) };
}

/** The vendor can't be told that only some of the tools may be called: it is shown only those. */
function allowedTools({ tools, toolChoice }: CanonicalRequest, warnings: Warnings): readonly Tool[] {
  if (toolChoice?.type !== 'allowed') return tools;
  warnings.add('approximated', 'toolChoice', 'tools that may not be called are left out');
  return tools.filter((tool) => tool.type === 'builtin' || toolChoice.names.includes(tool.name));
}

function namesInHistory({ messages }: CanonicalRequest): readonly string[] {
  return [...new Set(toolNames(messages).values())];
}

/** The vendor refuses calls in the conversation when the request defines no tools. */
function toolsOfHistory(
  { toolChoice }: CanonicalRequest,
  names: readonly string[],
  warnings: Warnings,
): WireTools {
  if (toolChoice !== undefined && toolChoice.type !== 'auto' && toolChoice.type !== 'none') {
    warnings.add('dropped', 'toolChoice', 'there are no tools to choose from');
  }
  if (names.length === 0) return {};
  warnings.add('added', 'tools', 'calls in the conversation need their tools there');
  return {
    tools: names.map((name) => ({ name, input_schema: { type: 'object' } })),
    tool_choice: { type: 'none' },
  };
}

function encodeChoice(
  request: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): Block | undefined {
  const { toolChoice, parallelToolCalls } = request;
  if (toolChoice?.type === 'none') return { type: 'none' };
  const choice = toolChoice === undefined ? undefined : wireChoice(toolChoice);
  if (parallelToolCalls !== false) return choice;
  if (!target.unsupported.has('parallelToolCalls')) {
    return { type: 'auto', ...choice, disable_parallel_tool_use: true };
  }
  warnings.add('dropped', 'parallelToolCalls', 'the vendor does not know it');
  return choice;
}

function wireChoice(choice: ToolChoice): Block {
  switch (choice.type) {
    case 'auto':
    case 'none':
      return { type: choice.type };
    case 'required':
      return { type: 'any' };
    case 'tool':
      return { type: 'tool', name: choice.name };
    case 'allowed':
      return { type: choice.mode === 'required' ? 'any' : 'auto' };
    case 'builtin':
      if (choice.origin === DIALECT) return choice.value;
      throw unsupported('toolChoice', "Another vendor's own tool can't be demanded of this one.");
  }
}

/** Plain forms of the vendor's own tools: https://platform.claude.com/docs/en/agents-and-tools/tool-use/server-tools */
const BUILTINS: ReadonlyMap<BuiltinKind, Block> = new Map([
  ['web-search', { type: 'web_search_20250305', name: 'web_search' }],
  ['web-fetch', { type: 'web_fetch_20250910', name: 'web_fetch' }],
  ['code-execution', { type: 'code_execution_20250825', name: 'code_execution' }],
]);

const FREE_TEXT = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
} as const;

class ToolEncoder {
  /** Members that only this dialect knows, by their name and the tool's. */
  private readonly extensions: readonly (readonly [string, JsonObject])[];

  constructor(
    request: CanonicalRequest,
    private readonly target: TargetProfile,
    private readonly warnings: Warnings,
  ) {
    const own = request.origin === DIALECT ? Object.entries(request.extensions) : [];
    this.extensions = own
      .filter(([key]) => key.startsWith(TOOL_EXTENSION))
      .map(([key, values]) => [key.slice(TOOL_EXTENSION.length), objectOf(values) ?? {}]);
  }

  encode(tool: Tool): Block {
    if (tool.type === 'builtin') return this.builtin(tool);
    if (!TOOL_NAME.test(tool.name)) throw unsupported('tools', badName(tool.name));
    if (tool.type === 'function') return this.function(tool);
    this.warnings.add('approximated', 'tools', 'free text is asked for as the one argument of a function');
    if (tool.format !== undefined) {
      this.warnings.add('dropped', 'tools[].format', 'a grammar for free text is not known there');
    }
    const { name, description } = tool;
    return { name, ...given('description', description), input_schema: FREE_TEXT };
  }

  private function(tool: FunctionTool): Block {
    const { name, description, parameters, strict } = tool;
    return {
      ...this.extensionsOf(name),
      name,
      ...given('description', description),
      input_schema: { type: 'object', ...parameters },
      ...(strict === true && this.takesStrict() ? { strict } : {}),
      ...encodeCache(tool),
    };
  }

  private takesStrict(): boolean {
    if (this.target.structuredOutput === 'json-schema') return true;
    this.warnings.add('dropped', 'tools[].strict', 'the model does not promise to keep to a schema');
    return false;
  }

  private extensionsOf(name: string): JsonObject {
    const own = this.extensions.filter(([, values]) => Object.hasOwn(values, name));
    return Object.fromEntries(own.map(([member, values]) => [member, values[name]]));
  }

  private builtin({ kind, origin, value }: BuiltinTool): Block {
    if (origin === DIALECT) return value;
    const plain = BUILTINS.get(kind);
    if (plain === undefined) throw unsupported('tools', `The vendor has no tool like "${kind}".`);
    this.warnings.add('approximated', 'tools', `the vendor's own ${kind} stands for another's`);
    return plain;
  }
}
