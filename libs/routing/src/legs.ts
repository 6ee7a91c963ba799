import type { FallbackCondition, ModelDocument } from '@tollgate/contracts';
import { followChain } from './chain.js';

/** A model that serves a request, and what it takes over after; the model asked takes over after failures. */
export interface ModelLeg {
  readonly model: string;
  readonly on: readonly FallbackCondition[];
}

export type ModelCatalogue = ReadonlyMap<string, Pick<ModelDocument, 'alias' | 'fallbacks' | 'enabled'>>;

const AUTO_GROUP = 'auto';
const ON_FAILURE = ['failure'] as const;
const FALLBACK_ON = ['failure', 'context-window'] as const;

/** The model asked and those that take over; empty when it is switched off or its alias leads nowhere. */
export function modelLegs(asked: string, models: ModelCatalogue): readonly ModelLeg[] {
  const target = resolveAlias(asked, models);
  if (target === undefined || isOff(asked, models) || isOff(target, models)) return [];
  const fallbacks = models.get(asked)?.fallbacks ?? models.get(target)?.fallbacks ?? [];
  const legs: ModelLeg[] = [{ model: target, on: ON_FAILURE }];
  for (const fallback of fallbacks) {
    const { model: name, on = FALLBACK_ON } = typeof fallback === 'string' ? { model: fallback } : fallback;
    const model = resolveAlias(name, models);
    if (model === undefined || isOff(name, models) || isOff(model, models)) continue;
    if (!legs.some((leg) => leg.model === model)) legs.push({ model, on });
  }
  return legs;
}

/** The model that an alias stands for in the end; `undefined`: it leads nowhere. */
export function resolveAlias(model: string, models: ModelCatalogue): string | undefined {
  return followChain(model, (name) => models.get(name)?.alias ?? undefined);
}

/** The groups whose channels serve an organisation of the group, in the order in which they are tried. */
export function servingGroups(group: string, autoGroups: readonly string[]): readonly string[] {
  return group === AUTO_GROUP && autoGroups.length > 0 ? autoGroups : [group];
}

function isOff(model: string, models: ModelCatalogue): boolean {
  return models.get(model)?.enabled === false;
}
