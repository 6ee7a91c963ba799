import type { FailureRule } from '../failure.js';

/** https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter#scenario-details */
export const AZURE_FAILURES: readonly FailureRule[] = [
  // The prompt met a content filter, whatever the status says: no other channel of the vendor would take it.
  { code: /^(content_filter|ResponsibleAIPolicyViolation)$/, means: 'rejected' },
  // The deployment is of another kind of model than the path is for.
  {
    status: 400,
    code: /^(OperationNotSupported|DeploymentNotFound|model_not_found)$/i,
    means: 'unknownModel',
  },
  { status: 400, message: /API version (is )?not supported/i, means: 'unknownModel' },
];
