const NO_REFUSAL = 'a model that would not answer says so in plain words';

/** What the dialect can't say at all. */
export const inexpressible: Readonly<Record<string, string>> = {
  'refusal.response': NO_REFUSAL,
  'refusal.stream': NO_REFUSAL,
};
