import type { CanonicalRequest, Sampling } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { given } from '../json/tolerant.js';
import { DIALECT, type Block } from './wire.js';

const UNKNOWN = [
  'frequencyPenalty',
  'presencePenalty',
  'seed',
] as const satisfies readonly (keyof Sampling)[];
const TEMPERATURE_MAX = 1;
/** Least that thinking leaves to choose from: https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
const THINKING_TOP_P_MIN = 0.95;

/** How words are chosen, and what ends the answer. `thinks`: the vendor then takes hardly any of it. */
export function encodeSampling(
  request: CanonicalRequest,
  target: TargetProfile,
  thinks: boolean,
  warnings: Warnings,
): Block {
  const { sampling, origin } = request;
  for (const name of UNKNOWN) {
    if (sampling[name] !== undefined) warnings.add('dropped', name, 'the vendor does not know it');
  }
  const taken = takenByTarget(sampling, target, warnings);
  const { temperature, topP, topK } = thinks ? takenWhileThinking(taken, warnings) : taken;
  // Newer models refuse the two together; a client of this dialect knows its model.
  const both = temperature !== undefined && topP !== undefined && origin !== DIALECT;
  if (both) warnings.add('dropped', 'topP', 'the vendor does not take it beside a temperature');
  return {
    ...given('temperature', clamped(temperature, warnings)),
    ...given('top_p', both ? undefined : topP),
    ...given('top_k', topK),
    ...encodeStopSequences(request, target, warnings),
  };
}

function takenByTarget(sampling: Sampling, { unsupported }: TargetProfile, warnings: Warnings): Sampling {
  const taken = { ...sampling };
  for (const name of ['temperature', 'topP', 'topK'] as const) {
    if (taken[name] === undefined || !unsupported.has(name)) continue;
    delete taken[name];
    warnings.add('dropped', name, 'the model does not take it');
  }
  return taken;
}

function takenWhileThinking({ temperature, topP, topK }: Sampling, warnings: Warnings): Sampling {
  const dropped: readonly [keyof Sampling, boolean][] = [
    ['temperature', temperature !== undefined && temperature !== TEMPERATURE_MAX],
    ['topP', topP !== undefined && (topP < THINKING_TOP_P_MIN || topP > 1)],
    ['topK', topK !== undefined],
  ];
  for (const [name, drop] of dropped) if (drop) warnings.add('dropped', name, 'not while the model thinks');
  return dropped[1]?.[1] === true ? {} : given('topP', topP);
}

/** Other vendors allow up to 2. */
function clamped(temperature: number | undefined, warnings: Warnings): number | undefined {
  if (temperature === undefined || temperature <= TEMPERATURE_MAX) return temperature;
  warnings.add('approximated', 'temperature', 'it is at most 1 there');
  return TEMPERATURE_MAX;
}

function encodeStopSequences(
  { stopSequences }: CanonicalRequest,
  { unsupported }: TargetProfile,
  warnings: Warnings,
): Block {
  // The vendor refuses those that are mere space.
  const taken = unsupported.has('stopSequences') ? [] : stopSequences.filter((text) => text.trim() !== '');
  if (taken.length < stopSequences.length) {
    warnings.add('dropped', 'stopSequences', 'the vendor does not take them, or not those of mere space');
  }
  return taken.length === 0 ? {} : { stop_sequences: taken };
}
