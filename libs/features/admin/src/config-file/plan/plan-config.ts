import type { ProviderCatalogue } from '../../providers/provider-catalogue.js';
import { ConfigFileError } from '../config-problems.js';
import type { ParsedConfigFile } from '../parse-config-file.js';
import type { ResolvedSecrets } from '../resolve-credentials.js';
import type { CurrentState } from './current-state.js';
import { findDuplicates } from './find-duplicates.js';
import { planBudgets } from './plan-budgets.js';
import { planChannels } from './plan-channels.js';
import { planKeys } from './plan-keys.js';
import { planModels } from './plan-models.js';
import { planOrganizations } from './plan-organizations.js';
import { planPrices } from './plan-prices.js';
import { planSettings } from './plan-settings.js';
import type { PlannedChange } from './plan.js';

export interface PlanInput {
  readonly file: ParsedConfigFile;
  /** For each channel of the file in its order. */
  readonly secrets: readonly ResolvedSecrets[];
  /** Hashes of the keys' secrets, for each key of the file in its order; `null` where it names none. */
  readonly keyHashes: readonly (string | null)[];
  readonly current: CurrentState;
  readonly providers: ProviderCatalogue;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Plan {
  /** In the order in which they have to be carried out. */
  readonly changes: readonly PlannedChange[];
  readonly notes: readonly string[];
}

/**
 * What has to change so that everything the file names is as it says. What the file does not name stays.
 * Pure: the same input gives the same plan, and a plan carried out leaves nothing to plan.
 *
 * @throws ConfigFileError with every problem of the file
 */
export function planConfig(input: PlanInput): Plan {
  const { file, current } = input;
  const duplicates = findDuplicates(file);
  if (duplicates.length > 0) throw new ConfigFileError(duplicates);
  const keys = planKeys(file, input.keyHashes, current);
  const parts = [
    planOrganizations(file, current),
    planChannels(file, input.secrets, current, input.providers),
    planModels(file, current),
    planPrices(file, current, input.now),
    keys,
    planBudgets(file, current, keys.changes),
    planSettings(file.settings, current),
  ];
  const problems = parts.flatMap((part) => part.problems);
  if (problems.length > 0) throw new ConfigFileError(problems);
  return {
    changes: parts.flatMap((part) => part.changes),
    notes: parts.flatMap((part) => part.notes),
  };
}
