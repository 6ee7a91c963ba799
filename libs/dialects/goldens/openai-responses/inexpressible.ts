const NO_STOP_SEQUENCES = 'the dialect knows no stop sequences';
const ONE_CHOICE = 'the dialect gives one answer to a request';

/** What the dialect can't say at all. */
export const inexpressible: Readonly<Record<string, string>> = {
  'stop-sequences.request': NO_STOP_SEQUENCES,
  'stop-sequences.response': NO_STOP_SEQUENCES,
  'stop-sequences.stream': NO_STOP_SEQUENCES,
  'several-choices.request': ONE_CHOICE,
  'several-choices.response': ONE_CHOICE,
  'several-choices.stream': ONE_CHOICE,
};
