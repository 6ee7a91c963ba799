import { describe, expect, it } from '@jest/globals';
import { refusalOf } from './refusal.js';

describe("a vendor's refusal of a request", () => {
  it.each([
    [
      null,
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000.",
      'context-window',
    ],
    ['context_length_exceeded', 'Your input exceeds the limit.', 'context-window'],
    ['invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum', 'context-window'],
    [
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      'context-window',
    ],
    ['ValidationException', 'Input is too long for requested model.', 'context-window'],
    [
      'content_filter',
      "The response was filtered due to the prompt triggering Azure OpenAI's policy.",
      'content-filter',
    ],
    ['content_policy_violation', 'Your request was rejected.', 'content-filter'],
    ['data_inspection_failed', 'Input data may contain inappropriate content.', 'content-filter'],
    ['invalid_request_error', 'messages: at least one message is required', undefined],
    [null, 'max_tokens is too large', undefined],
  ])('%s "%s" means %s', (code, message, means) => {
    expect(refusalOf({ code, message })).toBe(means);
  });
});
