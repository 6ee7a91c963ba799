import { ChannelRules, RuleError } from '@tollgate/transforms';
import type { ChannelProblem } from './channel-problem.js';
import type { TransformValues } from './transform-values.js';

/** What is wrong with the rules of a channel, beyond their form. */
export function checkTransforms(values: TransformValues): ChannelProblem[] {
  const { passThroughBody, overrides, systemPrompt, disableStore } = values;
  const changes = overrides !== null || systemPrompt !== null || disableStore === true;
  if (passThroughBody === true && changes) {
    const message = 'leaves the body as it is: take overrides, systemPrompt and disableStore away';
    return [{ field: 'passThroughBody', message }];
  }
  try {
    ChannelRules.of(values);
    return [];
  } catch (error) {
    if (error instanceof RuleError) return [{ field: error.path, message: error.message }];
    throw error;
  }
}
