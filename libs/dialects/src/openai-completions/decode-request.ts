import { GatewayError } from '@tollgate/contracts';
import type { JsonObject } from '../canonical/part.js';
import type { CanonicalRequest } from '../canonical/request.js';
import { parseRequest } from '../json/parse-request.js';
import { given } from '../json/tolerant.js';
import { completionRequest, type CompletionRequest } from './wire.js';

/**
 * A prompt is what a user says: models that only go on with a text are gone.
 *
 * @throws GatewayError `invalid_request`; `unsupported_feature` for several prompts, tokens, `suffix`, `echo`, `best_of`
 */
export function decodeRequest(body: unknown): CanonicalRequest {
  const request = parseRequest(completionRequest, body);
  refuseWhatOnlyCompletionsDo(request);
  const { model, n, logprobs, stop } = request;
  return {
    origin: 'openai-completions',
    model,
    stream: request.stream ?? false,
    system: [],
    messages: [{ role: 'user', content: [{ type: 'text', text: promptOf(request) }] }],
    tools: [],
    ...given('outputTokensMax', request.max_tokens ?? undefined),
    stopSequences: typeof stop === 'string' ? [stop] : (stop ?? []),
    sampling: {
      ...given('temperature', request.temperature ?? undefined),
      ...given('topP', request.top_p ?? undefined),
      ...given('frequencyPenalty', request.frequency_penalty ?? undefined),
      ...given('presencePenalty', request.presence_penalty ?? undefined),
      ...given('seed', request.seed ?? undefined),
    },
    ...given('choices', n ?? undefined),
    ...(logprobs === null || logprobs === undefined ? {} : { logprobs: { top: logprobs } }),
    ...given('logitBias', request.logit_bias ?? undefined),
    ...given('user', request.user ?? undefined),
    extensions: extensionsOf(request),
  };
}

function promptOf({ prompt }: CompletionRequest): string {
  const [first, ...others] = typeof prompt === 'string' ? [prompt] : prompt;
  if (typeof first !== 'string') throw unsupported('prompt', 'Tokens in place of a text');
  if (others.length > 0) throw unsupported('prompt', 'More than one prompt');
  return first;
}

function refuseWhatOnlyCompletionsDo({ suffix, echo, best_of: best, n }: CompletionRequest): void {
  if (suffix) throw unsupported('suffix', 'A text to end on');
  if (echo) throw unsupported('echo', 'The prompt within the answer');
  if ((best ?? 1) > (n ?? 1)) throw unsupported('best_of', 'A choice among more answers');
}

function unsupported(field: string, what: string): GatewayError {
  return new GatewayError(
    'unsupported_feature',
    `${what} is not offered: models are spoken to by messages.`,
    { field },
  );
}

const READ = new Set(Object.keys(completionRequest.shape));

function extensionsOf(request: CompletionRequest): JsonObject {
  const kept = Object.entries(request).filter(([name, value]) => !READ.has(name) && value !== null);
  return Object.fromEntries(kept);
}
