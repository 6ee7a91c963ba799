import type { BuiltinKind, Tool, ToolChoice } from '../canonical/request.js';
import { given, objectOf } from '../json/tolerant.js';
import { lowerTypes } from './lower-types.js';
import { DIALECT, type GenerateContentRequest, type WireTool } from './wire.js';

/** Tools that the vendor runs: https://ai.google.dev/api/caching#Tool */
const BUILTINS: Readonly<Record<string, BuiltinKind>> = {
  googleSearch: 'web-search',
  googleSearchRetrieval: 'web-search',
  enterpriseWebSearch: 'web-search',
  codeExecution: 'code-execution',
  urlContext: 'web-fetch',
  googleMaps: 'maps',
  computerUse: 'computer-use',
  fileSearch: 'file-search',
  mcpServers: 'mcp',
};

export function decodeTools(tools: readonly WireTool[]): Tool[] {
  return tools.flatMap(({ functionDeclarations, ...builtins }): Tool[] => [
    ...(functionDeclarations ?? []).map(decodeFunction),
    ...Object.entries(builtins).flatMap(([name, value]): Tool[] =>
      value === null || value === undefined
        ? []
        : [{ type: 'builtin', kind: kindOf(name), origin: DIALECT, value: { [name]: value } }],
    ),
  ]);
}

function kindOf(name: string): BuiltinKind {
  return Object.hasOwn(BUILTINS, name) ? (BUILTINS[name] ?? 'other') : 'other';
}

type WireFunction = NonNullable<WireTool['functionDeclarations']>[number];

function decodeFunction({ name, description, parameters, parametersJsonSchema }: WireFunction): Tool {
  const schema = parametersJsonSchema ?? (parameters ? lowerTypes(parameters) : undefined);
  return {
    type: 'function',
    name,
    ...given('description', description ?? undefined),
    ...given('parameters', objectOf(schema)),
  };
}

type CallingConfig = NonNullable<GenerateContentRequest['toolConfig']>['functionCallingConfig'];

/** https://ai.google.dev/gemini-api/docs/function-calling#function_calling_modes */
export function decodeToolChoice(config: CallingConfig): ToolChoice | undefined {
  const names = config?.allowedFunctionNames ?? [];
  const [only] = names;
  switch (config?.mode?.toUpperCase()) {
    case 'NONE':
      return { type: 'none' };
    case 'ANY':
      if (only === undefined) return { type: 'required' };
      return names.length === 1
        ? { type: 'tool', name: only, kind: 'function' }
        : { type: 'allowed', mode: 'required', names };
    case 'AUTO':
      return { type: 'auto' };
    case 'VALIDATED':
      return only === undefined ? { type: 'auto' } : { type: 'allowed', mode: 'auto', names };
    default:
      return undefined;
  }
}
