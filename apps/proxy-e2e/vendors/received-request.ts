import type { VendorRequest } from '@tollgate/testing';
import type { SdkDialect } from '../sdk-gateway.js';

type Json = Readonly<Record<string, unknown>>;

/** What a vendor was asked, read as the vendor of a dialect reads it. */
export interface ReceivedRequest {
  readonly system: string;
  /** Words of the user, all turns. */
  readonly prompts: readonly string[];
  readonly outputTokensMax: unknown;
  /** Base64. */
  readonly images: readonly string[];
  readonly tools: readonly string[];
  readonly schema: unknown;
  /** Of the model, in the history. */
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[];
  /** `call`: what ties it to its call: the id, or the name where a vendor gives none. */
  readonly results: readonly { readonly call: string; readonly output: string }[];
  /** State that the vendor gave with its reasoning, in the history. */
  readonly signatures: readonly string[];
}

export function readReceived(dialect: SdkDialect, { json, path }: VendorRequest): ReceivedRequest {
  if (json === undefined) throw new Error(`what came to ${path} is no JSON`);
  return READERS[dialect](json);
}

const READERS: Readonly<Record<SdkDialect, (json: Json) => ReceivedRequest>> = {
  'openai-chat': readChat,
  'openai-responses': readResponses,
  'anthropic-messages': readMessages,
  gemini: readGemini,
};

function readChat(json: Json): ReceivedRequest {
  const messages = list(json['messages']);
  const of = (...roles: string[]): Json[] => messages.filter(({ role }) => roles.includes(String(role)));
  const parts = of('user').flatMap(({ content }) => partsOf(content));
  const format = object(json['response_format']);
  return {
    system: of('system', 'developer')
      .map(({ content }) => textOf(content))
      .join(''),
    prompts: of('user').map(({ content }) => textOf(content)),
    outputTokensMax: json['max_completion_tokens'],
    images: parts.flatMap((part) => dataOf(object(part['image_url'])['url'])),
    tools: list(json['tools']).map((tool) => String(object(tool['function'])['name'])),
    schema: object(format['json_schema'])['schema'],
    calls: of('assistant').flatMap(({ tool_calls: calls }) =>
      list(calls).map(({ id, function: called }) => {
        const { name, arguments: text } = object(called);
        return { id: String(id), name: String(name), args: JSON.parse(String(text)) as unknown };
      }),
    ),
    results: of('tool').map(({ tool_call_id: id, content }) => ({
      call: String(id),
      output: textOf(content),
    })),
    signatures: of('assistant').flatMap(({ reasoning_details: details }) =>
      list(details).map(({ data, signature }) => String(data ?? signature)),
    ),
  };
}

function readResponses(json: Json): ReceivedRequest {
  const items =
    typeof json['input'] === 'string' ? [{ role: 'user', content: json['input'] }] : list(json['input']);
  const of = (kind: string): Json[] => items.filter(({ type }) => type === kind);
  const said = (...roles: string[]): Json[] => items.filter(({ role }) => roles.includes(String(role)));
  const format = object(object(json['text'])['format']);
  return {
    system: [json['instructions'], ...said('system', 'developer').map(({ content }) => content)]
      .map(textOf)
      .join(''),
    prompts: said('user').map(({ content }) => textOf(content)),
    outputTokensMax: json['max_output_tokens'],
    images: said('user').flatMap(({ content }) =>
      partsOf(content).flatMap((part) => dataOf(part['image_url'])),
    ),
    tools: list(json['tools']).map(({ name }) => String(name)),
    schema: format['schema'],
    calls: of('function_call').map(({ call_id: id, name, arguments: text }) => ({
      ...{ id: String(id), name: String(name) },
      args: JSON.parse(String(text)) as unknown,
    })),
    results: of('function_call_output').map(({ call_id: id, output }) => ({
      call: String(id),
      output: textOf(output),
    })),
    signatures: of('reasoning').map(({ encrypted_content: state }) => String(state)),
  };
}

function readMessages(json: Json): ReceivedRequest {
  const messages = list(json['messages']);
  const blocks = messages.flatMap(({ content }) => partsOf(content));
  const of = (kind: string): Json[] => blocks.filter(({ type }) => type === kind);
  const asked = messages.filter(({ role }) => role === 'user').map(({ content }) => textOf(content));
  return {
    system: textOf(json['system']),
    prompts: asked.filter((text) => text !== ''),
    outputTokensMax: json['max_tokens'],
    images: of('image').map(({ source }) => String(object(source)['data'])),
    tools: list(json['tools']).map(({ name }) => String(name)),
    schema: object(object(json['output_config'])['format'])['schema'],
    calls: of('tool_use').map(({ id, name, input }) => ({ id: String(id), name: String(name), args: input })),
    results: of('tool_result').map(({ tool_use_id: id, content }) => ({
      call: String(id),
      output: textOf(content),
    })),
    signatures: of('thinking').map(({ signature }) => String(signature)),
  };
}

function readGemini(json: Json): ReceivedRequest {
  const contents = list(json['contents']);
  const parts = contents.flatMap((content) => list(content['parts']));
  const asked = contents.filter(({ role }) => role === 'user').map((content) => textOf(content['parts']));
  const config = object(json['generationConfig']);
  const instruction = object(json['systemInstruction'] ?? json['system_instruction']);
  return {
    system: textOf(instruction['parts']),
    prompts: asked.filter((text) => text !== ''),
    outputTokensMax: config['maxOutputTokens'],
    images: parts.flatMap(({ inlineData }) =>
      inlineData === undefined ? [] : [String(object(inlineData)['data'])],
    ),
    tools: list(json['tools']).flatMap(({ functionDeclarations: declared }) =>
      list(declared).map(({ name }) => String(name)),
    ),
    schema: config['responseJsonSchema'] ?? config['responseSchema'],
    calls: parts.flatMap(({ functionCall: call }) =>
      call === undefined
        ? []
        : [
            {
              id: tieOf(object(call)),
              name: String(object(call)['name']),
              args: object(call)['args'],
            },
          ],
    ),
    results: parts.flatMap(({ functionResponse: result }) =>
      result === undefined
        ? []
        : [{ call: tieOf(object(result)), output: outputOf(object(result)['response']) }],
    ),
    signatures: parts.flatMap(({ thoughtSignature: state }) => (typeof state === 'string' ? [state] : [])),
  };
}

/** Calls may go without ids: they are told apart by name and order. */
function tieOf({ id, name }: Json): string {
  return String(id ?? name);
}

/** The result stands under a name of the client's choice. */
function outputOf(response: unknown): string {
  const values = Object.values(object(response));
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : JSON.stringify(response);
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function partsOf(content: unknown): Json[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : list(content);
}

function textOf(content: unknown): string {
  return partsOf(content)
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('');
}

function dataOf(url: unknown): string[] {
  return typeof url === 'string' ? [url.replace(/^data:image\/png;base64,/, '')] : [];
}
