import { describe, expect, it } from '@jest/globals';
import { DIALECTS } from '@tollgate/dialects';
import { classifyFailure, FAILURES } from './failure.js';
import type { Provider } from './provider.js';
import { PROVIDERS } from './registry.js';

type Meaning = keyof typeof FAILURES;
type Row = readonly [provider: string, status: number, body: object, means: Meaning];

const openai = (code: string | number | null, message = 'No.', type = 'some_error') => ({
  error: { message, type, code },
});
const anthropic = (type: string, message = 'No.') => ({ type: 'error', error: { type, message } });
const google = (status: string, message: string, reason?: string) => ({
  error: { code: 400, message, status, details: reason === undefined ? [] : [{ reason }] },
});

/** Refusals as the vendors write them, in the first dialect that they speak. */
const ROWS: readonly Row[] = [
  ['openai', 429, openai('insufficient_quota'), 'exhausted'],
  ['openai', 429, openai('credit_balance_exhausted', 'No.', 'insufficient_quota'), 'exhausted'],
  ['openai', 429, openai('project_spend_limit_exceeded'), 'exhausted'],
  ['openai', 429, openai('organization_usage_limit_exceeded'), 'exhausted'],
  ['openai', 429, openai('rate_limit_exceeded'), 'rateLimited'],
  ['openai', 404, openai('model_not_found'), 'modelGone'],
  ['anthropic', 400, anthropic('invalid_request_error', 'Your credit balance is too low to …'), 'exhausted'],
  [
    'anthropic',
    400,
    anthropic('invalid_request_error', 'You have reached your specified API usage limits.'),
    'exhausted',
  ],
  ['anthropic', 400, anthropic('invalid_request_error', 'max_tokens: required'), 'rejected'],
  ['anthropic', 529, anthropic('overloaded_error', 'Overloaded'), 'overloaded'],
  ['gemini', 400, google('INVALID_ARGUMENT', 'API key not valid.', 'API_KEY_INVALID'), 'credentialInvalid'],
  ['gemini', 400, google('FAILED_PRECONDITION', 'Please enable billing.'), 'exhausted'],
  ['gemini', 400, google('INVALID_ARGUMENT', 'Unknown name "x".'), 'rejected'],
  ['openrouter', 402, openai(402, 'Insufficient credits'), 'exhausted'],
  ['openrouter', 403, openai(403, 'Your input was flagged'), 'rejected'],
  ['openrouter', 403, openai(403, 'Key limit exceeded'), 'unauthorized'],
  ['openrouter', 400, openai(400, 'gpt-9 is not a valid model ID'), 'modelGone'],
  ['deepseek', 402, openai('invalid_request_error', 'Insufficient Balance'), 'exhausted'],
  ['deepseek', 400, openai('invalid_request_error', 'Model Not Exist'), 'modelGone'],
  ['mistral', 400, { message: 'Invalid model: x', type: 'invalid_model', code: '1500' }, 'modelGone'],
  ['xai', 400, { code: 'Client error', error: 'Incorrect API key provided: x' }, 'credentialInvalid'],
  ['groq', 498, openai('capacity_exceeded'), 'rateLimited'],
  ['groq', 413, openai('rate_limit_exceeded', 'Rate limit: tokens per minute (TPM)'), 'rateLimited'],
  ['groq', 413, openai('request_too_large', 'Too large'), 'rejected'],
  ['together', 403, openai(null, 'Input tokens and max_tokens exceed the context'), 'rejected'],
  ['together', 402, openai(null, 'Spending limit'), 'exhausted'],
  ['fireworks', 412, openai(null, 'Account is suspended'), 'exhausted'],
  ['perplexity', 400, openai(400, "Invalid model 'x'.", 'invalid_model'), 'modelGone'],
  ['moonshot', 429, openai(null, 'No.', 'exceeded_current_quota_error'), 'exhausted'],
  ['moonshot', 429, openai(null, 'No.', 'engine_overloaded_error'), 'overloaded'],
  ['moonshot', 429, openai(null, 'No.', 'rate_limit_reached_error'), 'rateLimited'],
  ['zhipu', 429, openai('1113'), 'exhausted'],
  ['zhipu', 429, openai('1302'), 'rateLimited'],
  ['zhipu', 429, openai('1305'), 'overloaded'],
  ['zhipu', 400, openai('1211'), 'modelGone'],
  ['zhipu', 400, openai('1301'), 'rejected'],
  ['dashscope', 400, openai('Arrearage', 'Access denied'), 'exhausted'],
  ['dashscope', 429, openai('insufficient_quota', 'You exceeded your current quota'), 'rateLimited'],
  ['dashscope', 400, openai('data_inspection_failed'), 'rejected'],
  ['volcengine', 403, openai('AccountOverdueError'), 'exhausted'],
  ['volcengine', 429, openai('ServerOverloaded'), 'overloaded'],
  ['volcengine', 400, openai('InvalidEndpoint.ClosedEndpoint'), 'unknownModel'],
  ['qianfan', 401, openai('invalid_model', 'No permission to use the model'), 'modelGone'],
  ['qianfan', 401, openai('invalid_iam_token'), 'credentialInvalid'],
  ['minimax', 429, openai(null, 'insufficient balance (1008)'), 'exhausted'],
  ['minimax', 500, openai(null, 'insufficient balance (1008)'), 'exhausted'],
  ['minimax', 500, openai(null, 'unknown error (1000)'), 'failed'],
  ['siliconflow', 400, { code: 20012, message: 'Model does not exist.', data: null }, 'modelGone'],
  ['siliconflow', 403, { code: 30001, message: 'Balance is insufficient' }, 'exhausted'],
  ['huggingface', 400, openai('model_not_supported'), 'modelGone'],
  ['github-models', 400, openai('unknown_model'), 'modelGone'],
  ['new-api', 503, openai('model_not_found'), 'unknownModel'],
  ['new-api', 403, openai('insufficient_user_quota'), 'exhausted'],
];

describe("a vendor's own refusals", () => {
  it.each(ROWS)('%s: %i %j is %s', (id, status, body, means) => {
    const { dialects, failures } = PROVIDERS.get(id) as Provider;
    const [{ id: dialect }] = dialects as readonly [Provider['dialects'][number]];
    const error = DIALECTS[dialect].outbound.decodeError(status, Buffer.from(JSON.stringify(body)));
    expect(classifyFailure(status, error, failures)).toBe(FAILURES[means]);
  });

  it('are tried for each vendor that has rules of its own', () => {
    const tried = new Set([...ROWS.map(([id]) => id), ...['azure-openai', 'bedrock', 'cohere', 'vertex']]);
    for (const { id, failures } of PROVIDERS.values()) {
      // Variants of a vendor share its rules.
      if (failures !== undefined) expect([...tried].some((known) => id.startsWith(known))).toBe(true);
    }
  });
});
