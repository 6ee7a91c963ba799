import type { VendorBehaviour } from './fake-vendor.js';
import {
  argumentsOf,
  dataEvent,
  VENDOR_RETRY_AFTER_SECONDS,
  VENDOR_USAGE,
  wordsOf,
  type VendorAnswer,
  type VendorCall,
  type VendorTrouble,
  type VendorUsage,
  type VendorWriter,
} from './vendor-answer.js';

/** Answers of the Gemini API. https://ai.google.dev/api/generate-content */
export const geminiWriter: VendorWriter = {
  json: (answer) =>
    response(
      answer,
      [...thoughts(answer, wordsOf(answer.reasoning)), ...text(answer), ...calls(answer)],
      true,
    ),
  stream,
  wantsStream: ({ path }) => path.includes(':streamGenerateContent'),
  refuse: (trouble): VendorBehaviour => ({
    kind: 'answer',
    status: TROUBLE[trouble].code,
    body: failure(trouble),
  }),
  streamError: (trouble) => dataEvent(failure(trouble)),
};

/** Calls come whole; the last chunk says how it ended. */
function stream(answer: VendorAnswer): string[] {
  const { reasoning, words = [] } = answer;
  const chunks = [
    ...(reasoning?.words ?? []).map((word) => [{ text: word, thought: true }]),
    ...words.map((word) => [{ text: word }]),
  ];
  return [
    ...chunks.map((parts) => dataEvent(response(answer, parts, false))),
    dataEvent(response(answer, lastParts(answer), true)),
  ];
}

/** The state of an answer without calls comes on an empty text of its own. */
function lastParts(answer: VendorAnswer): object[] {
  const parts = calls(answer);
  const signature = answer.reasoning?.signature;
  if (parts.length > 0 || signature === undefined) return parts;
  return [{ text: '', thoughtSignature: signature }];
}

function thoughts({ reasoning }: VendorAnswer, words: string): object[] {
  return reasoning === undefined ? [] : [{ text: words, thought: true }];
}

function text(answer: VendorAnswer): object[] {
  if (answer.words === undefined) return [];
  const signature = answer.calls === undefined ? answer.reasoning?.signature : undefined;
  return [{ text: wordsOf(answer), ...(signature === undefined ? {} : { thoughtSignature: signature }) }];
}

/** The state of the thoughts stands on the first call. https://ai.google.dev/gemini-api/docs/thought-signatures */
function calls({ calls: made = [], reasoning }: VendorAnswer): object[] {
  return made.map((call, index) => {
    const signature = call.signature ?? (index === 0 ? reasoning?.signature : undefined);
    return {
      functionCall: functionCall(call),
      ...(signature === undefined ? {} : { thoughtSignature: signature }),
    };
  });
}

function functionCall(call: VendorCall): object {
  return { id: call.id, name: call.name, args: argumentsOf(call) };
}

function response({ stop, usage }: VendorAnswer, parts: readonly object[], last: boolean): object {
  const finish = last ? { finishReason: stop === undefined ? 'STOP' : FINISH[stop] } : {};
  return {
    candidates: [{ content: { role: 'model', parts }, ...finish, index: 0 }],
    ...(usage === null ? {} : { usageMetadata: usageOf(usage ?? VENDOR_USAGE) }),
    modelVersion: 'vendor-model',
    responseId: 'gemini-1',
  };
}

const FINISH = { length: 'MAX_TOKENS', refusal: 'SAFETY', filter: 'SAFETY' } as const;

/** What is read from the cache is within the prompt; thoughts stand beside the candidates. */
function usageOf({ input, cacheRead = 0, output, reasoning = 0 }: VendorUsage): object {
  return {
    promptTokenCount: input + cacheRead,
    ...(cacheRead === 0 ? {} : { cachedContentTokenCount: cacheRead }),
    candidatesTokenCount: output,
    ...(reasoning === 0 ? {} : { thoughtsTokenCount: reasoning }),
    totalTokenCount: input + cacheRead + output + reasoning,
  };
}

const TROUBLE: Readonly<Record<VendorTrouble, { code: number; status: string; message: string }>> = {
  'bad-request': { code: 400, status: 'INVALID_ARGUMENT', message: 'Please use a valid role: user, model.' },
  'rate-limit': { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'You exceeded your current quota.' },
  overloaded: { code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded.' },
  'server-error': { code: 500, status: 'INTERNAL', message: 'An internal error has occurred.' },
};

/** https://cloud.google.com/apis/design/errors#error_details */
function failure(trouble: VendorTrouble): object {
  const retryInfo = {
    '@type': 'type.googleapis.com/google.rpc.RetryInfo',
    retryDelay: `${VENDOR_RETRY_AFTER_SECONDS}s`,
  };
  return { error: { ...TROUBLE[trouble], ...(trouble === 'rate-limit' ? { details: [retryInfo] } : {}) } };
}
