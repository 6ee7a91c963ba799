import type { ChannelOverrides, OverrideStep } from '@tollgate/contracts';
import {
  affixStep,
  carryStep,
  caseStep,
  deleteStep,
  joinStep,
  pruneStep,
  regexReplaceStep,
  replaceStep,
  setStep,
} from './body-steps.js';
import { compileConditions } from './conditions.js';
import {
  carryHeaderStep,
  deleteHeaderStep,
  passHeadersStep,
  setHeaderStep,
  syncStep,
} from './header-steps.js';
import { refuseStep } from './refusal.js';
import { RuleError } from './rule-error.js';
import type { Step } from './transform-state.js';

/**
 * The steps of a channel, in their order, ready to be taken for each of its requests.
 *
 * @throws RuleError for a pattern that is none, or a condition that can't be compared with its value
 */
export function compileOverrides(overrides: ChannelOverrides): readonly Step[] {
  return stepsOf(overrides).map((step, index) => {
    try {
      return conditional(step);
    } catch (error) {
      throw RuleError.at(`[${index}]`, error);
    }
  });
}

/** In short, members that are written over those of the body. */
function stepsOf(overrides: ChannelOverrides): readonly OverrideStep[] {
  if (Array.isArray(overrides)) return overrides;
  return Object.entries(overrides).map(([name, value]) => ({
    mode: 'set',
    path: name.replaceAll('.', '\\.'),
    value,
  }));
}

function conditional(step: OverrideStep): Step {
  const take = compileStep(step);
  const fits = compileConditions(step.conditions, step.logic);
  if (fits === undefined) return take;
  return (state) => {
    if (fits(state)) take(state);
  };
}

function compileStep(step: OverrideStep): Step {
  switch (step.mode) {
    case 'set':
      return setStep(step);
    case 'delete':
      return deleteStep(step);
    case 'move':
    case 'copy':
      return carryStep(step);
    case 'prepend':
    case 'append':
      return joinStep(step);
    case 'return-error':
      return refuseStep(step.value);
    case 'prune-objects':
      return pruneStep(step);
    default:
      return compileTextStep(step);
  }
}

type StepOf<Mode extends OverrideStep['mode']> = OverrideStep & { readonly mode: Mode };
type HeaderMode =
  'set-header' | 'delete-header' | 'copy-header' | 'move-header' | 'pass-headers' | 'sync-fields';
type TextMode =
  | 'replace'
  | 'regex-replace'
  | 'trim-prefix'
  | 'trim-suffix'
  | 'ensure-prefix'
  | 'ensure-suffix'
  | 'trim-space'
  | 'to-lower'
  | 'to-upper';

function compileTextStep(step: StepOf<TextMode | HeaderMode>): Step {
  switch (step.mode) {
    case 'replace':
      return replaceStep(step);
    case 'regex-replace':
      return regexReplaceStep(step);
    case 'trim-prefix':
    case 'trim-suffix':
    case 'ensure-prefix':
    case 'ensure-suffix':
      return affixStep(step);
    case 'trim-space':
    case 'to-lower':
    case 'to-upper':
      return caseStep(step);
    default:
      return compileHeaderStep(step);
  }
}

function compileHeaderStep(step: StepOf<HeaderMode>): Step {
  switch (step.mode) {
    case 'set-header':
      return setHeaderStep(step);
    case 'delete-header':
      return deleteHeaderStep(step);
    case 'copy-header':
    case 'move-header':
      return carryHeaderStep(step);
    case 'pass-headers':
      return passHeadersStep(step);
    case 'sync-fields':
      return syncStep(step);
  }
}
