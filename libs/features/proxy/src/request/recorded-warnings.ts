const NONE: readonly string[] = [];
const WARNING_LENGTH_MAX = 200;
/** Of all together: a hostile request could cause any number. */
const LENGTH_MAX = 2_000;
/** A character of these takes six bytes of JSON. */
const CONTROLS_AND_LONE_SURROGATES = /[\p{Cc}\p{Cs}]/gu;

/** What a usage record says of what a translation could not say: the first warnings, cut, in bytes that are bounded. */
export function recordedWarnings(warnings: readonly string[]): readonly string[] {
  if (warnings.length === 0) return NONE;
  const recorded: string[] = [];
  let length = 0;
  for (const warning of warnings) {
    const label = warning.slice(0, WARNING_LENGTH_MAX).replace(CONTROLS_AND_LONE_SURROGATES, '?');
    length += label.length;
    if (length > LENGTH_MAX) break;
    recorded.push(label);
  }
  return recorded;
}
