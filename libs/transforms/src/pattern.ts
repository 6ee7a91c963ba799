import { GatewayError } from '@tollgate/contracts';
import { RE2JS } from 're2js';

/** Time grows with the length alone, but it grows: more than this is no text that a rule was written for. */
const SUBJECT_LENGTH_MAX = 1_048_576;

/** A regular expression whose time is linear in the text, whatever the pattern (RE2's syntax: no back-references). */
export class Pattern {
  private readonly compiled: RE2JS;

  /** @throws Error with what is wrong with the pattern */
  constructor(source: string) {
    this.compiled = RE2JS.compile(source);
  }

  /** Whether it occurs anywhere in the text. */
  occursIn(text: string): boolean {
    return this.compiled.test(bounded(text));
  }

  /** `$1` and `${name}` in the replacement stand for groups. */
  replaceAll(text: string, replacement: string): string {
    return this.compiled.matcher(bounded(text)).replaceAll(replacement);
  }
}

function bounded(text: string): string {
  if (text.length <= SUBJECT_LENGTH_MAX) return text;
  throw new GatewayError(
    'unsupported_feature',
    `A text of more than ${SUBJECT_LENGTH_MAX} characters can't be checked by the channel's rules.`,
    { retry: 'next-channel' },
  );
}
