import type { FallbackCondition } from '@tollgate/contracts';
import type { VendorError } from '@tollgate/dialects';

/** Why a vendor refuses a request that another model may take. */
export type Refusal = Exclude<FallbackCondition, 'failure'>;

/**
 * What vendors say, by code or in words; codes first, for words change. In the order of the table:
 * https://platform.openai.com/docs/guides/error-codes, https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter,
 * https://docs.claude.com/en/api/errors, https://ai.google.dev/gemini-api/docs/troubleshooting.
 */
const REFUSALS: readonly { readonly means: Refusal; readonly code?: RegExp; readonly message?: RegExp }[] = [
  {
    means: 'context-window',
    code: /^(context_length_exceeded|context_window_exceeded|string_above_max_length)$/i,
  },
  {
    means: 'content-filter',
    code: /^(content_filter|(?:image_)?content_policy_violation|moderation_blocked|data_inspection_failed|ResponsibleAIPolicyViolation)$/i,
  },
  {
    means: 'context-window',
    message: /maximum context length|context (?:window|length)|prompt is too long/i,
  },
  {
    means: 'context-window',
    message: /input token count .{0,40}exceeds|too many (?:input )?tokens|input is too long/i,
  },
  {
    means: 'content-filter',
    message:
      /content (?:management )?policy|content filter|safety system|data may contain inappropriate content/i,
  },
];

/** Why the vendor refused the request; `undefined`: for a reason that no other model helps with. */
export function refusalOf({ code, message }: VendorError): Refusal | undefined {
  return REFUSALS.find(
    (refusal) => refusal.code?.test(code ?? '') === true || refusal.message?.test(message) === true,
  )?.means;
}
