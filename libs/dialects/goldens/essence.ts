import { usageTotals, type CanonicalResponse } from '../src/index.js';

/** Reasons that some dialects do not tell apart. */
const FINISH_CLASS: Readonly<Record<string, string>> = {
  'stop-sequence': 'stop',
  'context-window': 'length',
  pause: 'stop',
  refusal: 'content-filter',
  other: 'stop',
};

/** What must survive any translation of an answer. */
export function essence(response: CanonicalResponse): object {
  const { input, output } = usageTotals(response.usage);
  return {
    choices: response.choices.map(({ parts, finish }) => ({
      text: parts.map((part) => (part.type === 'text' || part.type === 'refusal' ? part.text : '')).join(''),
      reasoning: parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
      calls: parts.flatMap((part) =>
        part.type === 'tool-call' ? [{ name: part.name, input: JSON.parse(part.input) as unknown }] : [],
      ),
      finish: FINISH_CLASS[finish.reason] ?? finish.reason,
    })),
    usage: response.usage === undefined ? undefined : { input, output },
  };
}
