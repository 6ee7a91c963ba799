/** What the dialect can't say at all, by `<case>.<subject>`. */
export const inexpressible: Readonly<Record<string, string>> = {
  'audio-input.request': 'messages hold no sound',
  'json-object.request': 'answers follow a schema or none',
  'logprobs.request': 'there are no log probabilities',
  'logprobs.response': 'there are no log probabilities',
  'logprobs.stream': 'there are no log probabilities',
  'several-choices.request': 'a request has one answer',
  'several-choices.response': 'a request has one answer',
  'several-choices.stream': 'a request has one answer',
};
