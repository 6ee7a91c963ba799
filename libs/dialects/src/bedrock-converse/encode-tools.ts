import { toolNames } from '../canonical/conversation.js';
import { unsupported } from '../canonical/failure.js';
import type { CustomTool, FunctionTool, CanonicalRequest, Tool, ToolChoice } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { given } from '../json/tolerant.js';
import { encodeCachePoint } from './cache-point.js';
import type { Block } from './wire.js';

const NO_ARGUMENTS = { type: 'object', properties: {} } as const;
const FREE_TEXT = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] } as const;
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

interface Context {
  readonly target: TargetProfile;
  readonly warnings: Warnings;
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html */
export function encodeTools(
  request: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): { readonly toolConfig?: Block } {
  const context = { target, warnings };
  const known = [...new Set(toolNames(request.messages).values())];
  const tools = offered(request, known, context);
  if (tools.length === 0 && known.length === 0) return {};
  if (!target.tools) throw unsupported('tools', 'This model takes no tools.');
  if (request.parallelToolCalls === false) {
    warnings.add('dropped', 'parallelToolCalls', 'the vendor does not know it');
  }
  const specs = tools.flatMap((tool) => encodeTool(tool, context));
  const choice = tools.length === 0 ? undefined : encodeChoice(request.toolChoice);
  return {
    toolConfig: {
      tools: specs.length === 0 ? known.map((name) => remembered(name, warnings)) : specs,
      ...given('toolChoice', choice),
    },
  };
}

/** The tools that may be called now. */
function offered(
  { tools, toolChoice }: CanonicalRequest,
  known: readonly string[],
  { warnings }: Context,
): readonly Tool[] {
  if (toolChoice?.type === 'none') {
    if (tools.length > 0 && known.length > 0) {
      warnings.add('approximated', 'toolChoice', 'calls in the conversation need their tools there');
      return tools.filter((tool) => tool.type !== 'builtin' && known.includes(tool.name));
    }
    return [];
  }
  if (toolChoice?.type !== 'allowed') return tools;
  const { names } = toolChoice;
  warnings.add('approximated', 'toolChoice', 'tools that may not be called are left out');
  return tools.filter((tool) => tool.type !== 'builtin' && names.includes(tool.name));
}

/** The vendor refuses calls in the conversation where no tools are given. */
function remembered(name: string, warnings: Warnings): Block {
  warnings.add('added', 'tools', 'calls in the conversation need their tools there');
  return { toolSpec: { name, inputSchema: { json: NO_ARGUMENTS } } };
}

function encodeTool(tool: Tool, context: Context): readonly Block[] {
  if (tool.type === 'builtin') throw unsupported('tools', `The vendor has no tool like "${tool.kind}".`);
  if (!TOOL_NAME.test(tool.name)) {
    throw unsupported('tools', 'Names of tools have 1 to 64 letters, digits, underscores and hyphens there.');
  }
  return tool.type === 'custom' ? [encodeCustom(tool, context)] : encodeFunction(tool, context);
}

function encodeFunction(tool: FunctionTool, { target, warnings }: Context): readonly Block[] {
  const { name, description, parameters, strict, cache } = tool;
  const strictly = strict === true && target.structuredOutput === 'json-schema';
  if (strict === true && !strictly) {
    warnings.add('dropped', 'tools[].strict', 'the model does not promise to keep to a schema');
  }
  return [
    {
      toolSpec: {
        name,
        ...given('description', description === '' ? undefined : description),
        inputSchema: { json: parameters === undefined ? NO_ARGUMENTS : { type: 'object', ...parameters } },
        ...(strictly ? { strict: true } : {}),
      },
    },
    ...encodeCachePoint(cache, target, warnings),
  ];
}

function encodeCustom({ name, description, format }: CustomTool, { warnings }: Context): Block {
  warnings.add('approximated', 'tools', 'free text is asked for as the one argument of a function');
  if (format !== undefined) {
    warnings.add('dropped', 'tools[].format', 'a grammar for free text is not known there');
  }
  return { toolSpec: { name, ...given('description', description), inputSchema: { json: FREE_TEXT } } };
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html */
function encodeChoice(choice: ToolChoice | undefined): Block | undefined {
  switch (choice?.type) {
    case 'required':
      return { any: {} };
    case 'tool':
      return { tool: { name: choice.name } };
    case 'allowed':
      return choice.mode === 'required' ? { any: {} } : { auto: {} };
    case 'auto':
      return { auto: {} };
    case 'builtin':
      throw unsupported('toolChoice', "Another vendor's own tool can't be demanded of this one.");
    case 'none':
    case undefined:
      return undefined;
  }
}
