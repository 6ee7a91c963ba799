import type { FailureRule } from '../failure.js';

/** https://cloud.google.com/apis/design/errors#handling_errors */
export const GOOGLE_FAILURES: readonly FailureRule[] = [
  // A wrong key is an invalid argument to Google.
  { status: 400, message: /API key not (valid|found)|API key expired/i, means: 'credentialInvalid' },
  // The model is not offered in this location, or not to this project.
  { status: 400, code: /^FAILED_PRECONDITION$/, means: 'unknownModel' },
  {
    status: 400,
    message: /not (servable|supported|available) in (the )?(region|location)/i,
    means: 'unknownModel',
  },
  { status: 499, means: 'failed' },
];
