import { describe, expect, it } from '@jest/globals';
import { dialectOfUnknown, findRoute, isModelTraffic } from './routes.js';

const sent = (headers: Record<string, string>) => ({ header: (name: string) => headers[name] });

const request = (url: string, method = 'POST', headers = {}) => {
  const route = findRoute(url, method, sent(headers));
  if (route === undefined) return undefined;
  return { dialect: route.dialect.id, method: route.method, ...route.target };
};

const ANTHROPIC = { 'anthropic-version': '2023-06-01' };
const GOOGLE = { 'x-goog-api-key': 'k' };

describe('a path of model traffic', () => {
  it.each([
    ['/v1/chat/completions', 'openai-chat', { operation: 'chat' }],
    ['/v1/completions', 'openai-completions', { operation: 'chat' }],
    ['/v1/embeddings', 'openai-chat', { operation: 'embeddings' }],
    ['/v1/responses', 'openai-responses', { operation: 'chat' }],
    ['/v1/responses/compact', 'openai-responses', { operation: 'compact' }],
    ['/v1/responses/input_tokens', 'openai-responses', { operation: 'count-tokens' }],
    ['/v1/messages', 'anthropic-messages', { operation: 'chat' }],
    ['/v1/messages/count_tokens?beta=true', 'anthropic-messages', { operation: 'count-tokens' }],
  ])('%s is a request in %s', (url, dialect, path) => {
    expect(request(url)).toEqual({ kind: 'model-request', method: 'POST', dialect, path, jsonArray: false });
  });

  it.each([
    ['/v1beta/models/m:generateContent', { operation: 'chat', streamed: false, model: 'm' }, false],
    ['/v1/models/m:generateContent', { operation: 'chat', streamed: false, model: 'm' }, false],
    [
      '/v1beta/models/m:streamGenerateContent?alt=sse',
      { operation: 'chat', streamed: true, model: 'm' },
      false,
    ],
    ['/v1beta/models/m:streamGenerateContent', { operation: 'chat', streamed: true, model: 'm' }, true],
    [
      '/v1beta/models/meta%2Fl:8b:countTokens',
      { operation: 'count-tokens', streamed: false, model: 'meta/l:8b' },
      false,
    ],
    [
      '/v1beta/models/meta/l:countTokens',
      { operation: 'count-tokens', streamed: false, model: 'meta/l' },
      false,
    ],
    [
      '/v1beta/models/e:batchEmbedContents?key=k',
      { operation: 'embeddings', streamed: false, model: 'e', variant: 'batchEmbedContents' },
      false,
    ],
  ])('%s is a request of Gemini clients', (url, path, jsonArray) => {
    expect(request(url)).toEqual({
      kind: 'model-request',
      method: 'POST',
      dialect: 'gemini',
      path,
      jsonArray,
    });
  });

  it.each([
    ['/v1/models', {}, 'openai-chat', undefined],
    ['/v1/models/meta/llama', {}, 'openai-chat', 'meta/llama'],
    ['/v1/models', ANTHROPIC, 'anthropic-messages', undefined],
    ['/v1/models', GOOGLE, 'gemini', undefined],
    ['/v1beta/models', {}, 'gemini', undefined],
    ['/v1beta/models/a%2Fb', {}, 'gemini', 'a/b'],
    ['/v1/models/%zz', {}, 'openai-chat', '%zz'],
  ])('%s (%j) lists models to clients of %s', (url, headers, dialect, name) => {
    expect(request(url, 'GET', headers)).toEqual({ kind: 'models', method: 'GET', dialect, name });
  });

  it.each([
    ['GET', '/v1/responses/resp_1?include[]=x', 'GET', '?include[]=x'],
    ['DELETE', '/v1/responses/resp_1', 'DELETE', ''],
    ['POST', '/v1/responses/resp_1/cancel', 'POST', '/cancel'],
    ['GET', '/v1/responses/resp_1/input_items?limit=2', 'GET', '/input_items?limit=2'],
    ['PUT', '/v1/responses/resp_1', 'GET', ''],
  ])('%s %s is about a stored answer', (method, url, expected, suffix) => {
    expect(request(url, method)).toEqual({
      kind: 'stored-response',
      method: expected,
      dialect: 'openai-responses',
      id: 'resp_1',
      suffix,
    });
  });

  it.each(['/v1/nothing', '/v1/responses/a/b', '/v1beta/models/m:fly', '/v1beta/files'])(
    '%s stands for nothing',
    (url) => {
      expect(request(url)).toBeUndefined();
      expect(isModelTraffic(url)).toBe(true);
    },
  );

  it('leaves other paths to the framework', () => {
    expect(['/healthz', '/metrics', '/v2/x'].map(isModelTraffic)).toEqual([false, false, false]);
  });

  it.each([
    ['/v1beta/x', {}, 'gemini'],
    ['/v1/x', {}, 'openai-chat'],
    ['/v1/x', ANTHROPIC, 'anthropic-messages'],
  ])('an unknown one, %s (%j), is refused in %s', (url, headers, dialect) => {
    expect(dialectOfUnknown(url, sent(headers)).id).toBe(dialect);
  });
});
