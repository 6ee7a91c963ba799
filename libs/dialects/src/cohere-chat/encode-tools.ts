import { unsupported } from '../canonical/failure.js';
import type { CanonicalRequest, Tool } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { given } from '../json/tolerant.js';
import type { Block } from './wire.js';

const NO_ARGUMENTS = { type: 'object', properties: {} } as const;
const FREE_TEXT = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] } as const;

/** https://docs.cohere.com/docs/tool-use-overview */
export function encodeTools(request: CanonicalRequest, target: TargetProfile, warnings: Warnings): Block {
  if (request.tools.length === 0) return {};
  if (!target.tools) throw unsupported('tools', 'This model takes no tools.');
  const { tools, choice } = offered(request, warnings);
  const strict = tools.some((tool) => tool.type === 'function' && tool.strict === true);
  if (request.parallelToolCalls === false) {
    warnings.add('dropped', 'parallelToolCalls', 'the vendor does not know it');
  }
  return {
    tools: tools.map((tool) => encodeTool(tool, warnings)),
    ...given('tool_choice', choice),
    ...(strict ? { strict_tools: true } : {}),
  };
}

/** Tools are demanded or forbidden all together: one of them is demanded by leaving the others out. */
function offered(
  { tools, toolChoice }: CanonicalRequest,
  warnings: Warnings,
): { readonly tools: readonly Tool[]; readonly choice?: string } {
  switch (toolChoice?.type) {
    case 'required':
      return { tools, choice: 'REQUIRED' };
    case 'none':
      return { tools, choice: 'NONE' };
    case 'tool':
      return { tools: only(tools, [toolChoice.name], warnings), choice: 'REQUIRED' };
    case 'allowed': {
      const allowed = only(tools, toolChoice.names, warnings);
      return toolChoice.mode === 'required' ? { tools: allowed, choice: 'REQUIRED' } : { tools: allowed };
    }
    case 'builtin':
      throw unsupported('toolChoice', "Another vendor's own tool can't be demanded of this one.");
    case 'auto':
    case undefined:
      return { tools };
  }
}

function only(tools: readonly Tool[], names: readonly string[], warnings: Warnings): readonly Tool[] {
  const kept = tools.filter((tool) => tool.type !== 'builtin' && names.includes(tool.name));
  if (kept.length < tools.length) {
    warnings.add('approximated', 'toolChoice', 'tools that may not be called are left out');
  }
  return kept;
}

function encodeTool(tool: Tool, warnings: Warnings): Block {
  if (tool.type === 'builtin') throw unsupported('tools', `The vendor has no tool like "${tool.kind}".`);
  const { name, description } = tool;
  const named = { name, ...given('description', description) };
  if (tool.type === 'function') {
    return { type: 'function', function: { ...named, parameters: tool.parameters ?? NO_ARGUMENTS } };
  }
  warnings.add('approximated', 'tools', 'free text is asked for as the one argument of a function');
  if (tool.format !== undefined) {
    warnings.add('dropped', 'tools[].format', 'a grammar for free text is not known there');
  }
  return { type: 'function', function: { ...named, parameters: FREE_TEXT } };
}
