import { unsupported } from '../canonical/failure.js';
import type { JsonObject } from '../canonical/part.js';
import type {
  BuiltinTool,
  CanonicalRequest,
  CustomTool,
  FunctionTool,
  ToolChoice,
} from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { given, objectOf } from '../json/tolerant.js';
import { toApiSchema } from './json-schema.js';
import { DIALECT } from './wire.js';

export interface EncodedTools {
  readonly tools: readonly JsonObject[];
  readonly functionCallingConfig: JsonObject | undefined;
}

/** Built-in tools of other vendors that this one has, too. */
const OWN_FORM: Readonly<Record<string, JsonObject>> = {
  'web-search': { googleSearch: {} },
  'code-execution': { codeExecution: {} },
  'web-fetch': { urlContext: {} },
  maps: { googleMaps: {} },
};

export function encodeTools(
  request: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): EncodedTools {
  if (request.tools.length > 0 && !target.tools) throw unsupported('tools', 'This model calls no tools.');
  const declarations: JsonObject[] = [];
  const builtins: JsonObject[] = [];
  for (const [index, tool] of request.tools.entries()) {
    const field = `tools[${index}]`;
    if (tool.type === 'function')
      declarations.push(asWritten(tool, request) ?? declaration(tool, field, warnings));
    else if (tool.type === 'custom') declarations.push(customDeclaration(tool, field, warnings));
    else builtins.push(builtin(tool, field, warnings));
  }
  return {
    tools: [...(declarations.length === 0 ? [] : [{ functionDeclarations: declarations }]), ...builtins],
    functionCallingConfig: encodeCallingConfig(request),
  };
}

/** The function as a client of the dialect wrote it: schemas need no translation then. */
function asWritten({ name, description }: FunctionTool, request: CanonicalRequest): JsonObject | undefined {
  const functions = request.origin === DIALECT ? (objectOf(request.fulfilled?.['functions']) ?? {}) : {};
  const own = Object.hasOwn(functions, name) ? objectOf(functions[name]) : undefined;
  return own === undefined ? undefined : { name, ...given('description', description), ...own };
}

function encodeCallingConfig({ origin, toolChoice, fulfilled }: CanonicalRequest): JsonObject | undefined {
  const own = origin === DIALECT ? objectOf(fulfilled?.['functionCallingConfig']) : undefined;
  return own ?? (toolChoice === undefined ? undefined : encodeChoice(toolChoice));
}

function declaration(
  { name, description, parameters, strict, cache }: FunctionTool,
  field: string,
  warnings: Warnings,
): JsonObject {
  if (cache !== undefined) warnings.add('dropped', 'cache', 'this vendor caches by itself');
  if (strict === true)
    warnings.add('dropped', 'tools[].strict', 'the vendor does not promise to keep to a schema');
  const schema =
    parameters === undefined ? undefined : toApiSchema(parameters, `${field}.parameters`, warnings);
  // An object without properties is refused; no parameters at all mean the same.
  const empty = schema?.['type'] === 'OBJECT' && Object.keys(schema['properties'] ?? {}).length === 0;
  return { name, ...given('description', description), ...(empty ? {} : given('parameters', schema)) };
}

function customDeclaration(
  { name, description, format }: CustomTool,
  field: string,
  warnings: Warnings,
): JsonObject {
  warnings.add('approximated', field, 'a tool for free text is a function with one text there');
  if (format !== undefined)
    warnings.add('dropped', 'tools[].format', 'a grammar for free text is not known there');
  return {
    name,
    ...given('description', description),
    parameters: { type: 'OBJECT', properties: { input: { type: 'STRING' } }, required: ['input'] },
  };
}

function builtin({ kind, origin, value }: BuiltinTool, field: string, warnings: Warnings): JsonObject {
  if (origin === DIALECT) return value;
  const own = OWN_FORM[kind];
  if (own === undefined) throw unsupported(field, `This vendor has no tool like "${kind}".`);
  warnings.add('approximated', field, "the vendor's own tool of the kind is used");
  return own;
}

function encodeChoice(choice: ToolChoice): JsonObject | undefined {
  switch (choice.type) {
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
    case 'allowed':
      return { mode: choice.mode === 'required' ? 'ANY' : 'VALIDATED', allowedFunctionNames: choice.names };
    case 'builtin':
      throw unsupported('toolChoice', "A vendor's own tool can't be demanded there.");
  }
}
