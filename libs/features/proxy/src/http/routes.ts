import type { Operation } from '@tollgate/contracts';
import {
  anthropicMessages,
  gemini,
  openaiChat,
  openaiCompletions,
  openaiResponses,
  type ClientDialect,
  type RequestPath,
} from '@tollgate/dialects';

export type { ClientDialect };

/** What a path stands for. */
export interface ClientRoute {
  readonly dialect: ClientDialect;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly target: RouteTarget;
}

export type RouteTarget =
  /** A request to a model. `jsonArray`: a stream is written as one JSON array (Gemini without `alt=sse`). */
  | { readonly kind: 'model-request'; readonly path: RequestPath; readonly jsonArray: boolean }
  /** The list of models, or one of them. */
  | { readonly kind: 'models'; readonly name: string | undefined }
  /** An answer that a vendor stored. `suffix`: what of it, with the query, e.g. `/input_items?limit=5`. */
  | { readonly kind: 'stored-response'; readonly id: string; readonly suffix: string };

const FIXED: ReadonlyMap<string, ClientRoute> = new Map([
  fixed('/v1/chat/completions', openaiChat, 'chat'),
  fixed('/v1/completions', openaiCompletions, 'chat'),
  fixed('/v1/embeddings', openaiChat, 'embeddings'),
  fixed('/v1/responses', openaiResponses, 'chat'),
  fixed('/v1/responses/compact', openaiResponses, 'compact'),
  fixed('/v1/responses/input_tokens', openaiResponses, 'count-tokens'),
  fixed('/v1/messages', anthropicMessages, 'chat'),
  fixed('/v1/messages/count_tokens', anthropicMessages, 'count-tokens'),
]);

function fixed(path: string, dialect: ClientDialect, operation: Operation): [string, ClientRoute] {
  const target = { kind: 'model-request', path: { operation }, jsonArray: false } as const;
  return [path, { dialect, method: 'POST', target }];
}

/** Gemini's methods stand behind a colon in the path. */
const GEMINI_METHODS: ReadonlyMap<string, Omit<RequestPath, 'model'>> = new Map([
  ['generateContent', { operation: 'chat', streamed: false }],
  ['streamGenerateContent', { operation: 'chat', streamed: true }],
  ['countTokens', { operation: 'count-tokens', streamed: false }],
  ['embedContent', { operation: 'embeddings', streamed: false, variant: 'embedContent' }],
  ['batchEmbedContents', { operation: 'embeddings', streamed: false, variant: 'batchEmbedContents' }],
]);

/** Paths below these are model traffic; all others are the framework's. */
const PREFIXES = ['/v1/', '/v1beta/'];

export function isModelTraffic(url: string): boolean {
  return PREFIXES.some((prefix) => url.startsWith(prefix));
}

/** Headers of a request, by names in lower case. */
export interface RequestHeaders {
  header(name: string): string | undefined;
}

/** What a URL stands for; `undefined`: nothing. `headers` tell whose client asks, where dialects share a path. */
export function findRoute(url: string, method: string, headers: RequestHeaders): ClientRoute | undefined {
  const queryAt = url.indexOf('?');
  const path = queryAt === -1 ? url : url.slice(0, queryAt);
  const query = queryAt === -1 ? '' : url.slice(queryAt);
  return (
    FIXED.get(path) ??
    geminiRoute(path, query) ??
    modelsRoute(path, method, headers) ??
    storedResponseRoute(path, query, method)
  );
}

/** Errors at paths that stand for nothing are told as clients of the path's kind read them. */
export function dialectOfUnknown(url: string, headers: RequestHeaders): ClientDialect {
  return url.startsWith('/v1beta/') ? gemini : dialectOfClient(headers);
}

/** Paths that dialects share are told apart by headers that only one kind of client sends. */
function dialectOfClient(headers: RequestHeaders): ClientDialect {
  if (headers.header('anthropic-version') !== undefined) return anthropicMessages;
  return headers.header('x-goog-api-key') === undefined ? openaiChat : gemini;
}

/** `/v1beta/models/{model}:{method}`, and the same below `/v1`, which is newer at Google. */
function geminiRoute(path: string, query: string): ClientRoute | undefined {
  const [, encoded, method] = /^\/v1(?:beta)?\/models\/(.+):([A-Za-z]+)$/.exec(path) ?? [];
  const known = method === undefined ? undefined : GEMINI_METHODS.get(method);
  if (encoded === undefined || known === undefined) return undefined;
  const jsonArray = known.streamed === true && new URLSearchParams(query).get('alt') !== 'sse';
  return {
    dialect: gemini,
    method: 'POST',
    target: { kind: 'model-request', path: { ...known, model: decoded(encoded) }, jsonArray },
  };
}

function modelsRoute(path: string, method: string, headers: RequestHeaders): ClientRoute | undefined {
  const [, version, encoded] = /^\/(v1|v1beta)\/models(?:\/(.*))?$/.exec(path) ?? [];
  // A method of Gemini's that does not exist here is nothing; read, it is a model with a colon in its name.
  if (version === undefined || (method !== 'GET' && encoded?.includes(':') === true)) return undefined;
  const dialect = version === 'v1beta' ? gemini : dialectOfClient(headers);
  const name = encoded === undefined || encoded === '' ? undefined : decoded(encoded);
  return { dialect, method: 'GET', target: { kind: 'models', name } };
}

function storedResponseRoute(path: string, query: string, method: string): ClientRoute | undefined {
  const [, id, more = ''] = /^\/v1\/responses\/([\w-]+)(\/cancel|\/input_items)?$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  return {
    dialect: openaiResponses,
    method: more === '/cancel' ? 'POST' : more === '' && method === 'DELETE' ? 'DELETE' : 'GET',
    target: { kind: 'stored-response', id, suffix: more + query },
  };
}

/** Names may hold slashes, as `meta-llama/Llama-4`, encoded or not. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // Not a valid encoding: no model has such a name, so it is told to be unknown.
    return name;
  }
}
