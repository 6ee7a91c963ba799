import type { Dialect } from '../dialect.js';
import { encodeOpenaiError, encodeOpenaiStreamError } from '../json/openai-errors.js';
import { encodeOpenaiModel, encodeOpenaiModels } from '../json/openai-models.js';
import { decodeRequest } from './decode-request.js';
import { encodeResponse } from './encode-response.js';
import { CompletionStreamEncoder } from './encode-stream.js';
import { readRequest } from './request.js';

/** OpenAI's legacy Completions, for clients only: https://platform.openai.com/docs/api-reference/completions */
export const openaiCompletions = {
  id: 'openai-completions',
  inbound: {
    readRequest,
    decodeRequest,
    encodeResponse,
    encodeStream: (context) => new CompletionStreamEncoder(context),
    encodeError: encodeOpenaiError,
    encodeStreamError: encodeOpenaiStreamError,
    encodeModels: encodeOpenaiModels,
    encodeModel: encodeOpenaiModel,
  },
} as const satisfies Dialect;
