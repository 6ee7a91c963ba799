import type { BudgetInFile } from '@tollgate/contracts';
import type { ConfigProblem } from '../config-problems.js';
import type { ParsedConfigFile } from '../parse-config-file.js';

/** What the file names twice: which of the two is meant can't be known. */
export function findDuplicates(file: ParsedConfigFile): ConfigProblem[] {
  return [
    ...duplicates('organizations', file.organizations, ({ name }) => name),
    ...duplicates('channels', file.channels, ({ name }) => name),
    ...duplicates('models', file.models, ({ name }) => name),
    ...duplicates('prices', file.prices, ({ model, effectiveFrom }) =>
      effectiveFrom === undefined ? model : `${model} from ${new Date(effectiveFrom).toISOString()}`,
    ),
    ...duplicates('keys', file.keys, ({ organization, name }) => `${organization}/${name}`),
    ...duplicateBudgets('organizations', file.organizations),
    ...duplicateBudgets('keys', file.keys),
    ...duplicateSecrets(file),
  ];
}

function duplicates<Entry>(
  section: string,
  entries: readonly Entry[],
  identify: (entry: Entry) => string,
): ConfigProblem[] {
  const firstIndex = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const identity = identify(entry);
    const first = firstIndex.get(identity);
    if (first === undefined) {
      firstIndex.set(identity, index);
      return [];
    }
    return [
      { path: `${section}[${index}]`, message: `"${identity}" is named already by ${section}[${first}]` },
    ];
  });
}

function duplicateBudgets(
  section: string,
  owners: readonly { readonly budgets?: readonly BudgetInFile[] | undefined }[],
): ConfigProblem[] {
  return owners.flatMap(({ budgets = [] }, index) =>
    duplicates(`${section}[${index}].budgets`, budgets, ({ period, soft = false }) =>
      soft ? `${period} (soft)` : period,
    ),
  );
}

/** Not by `duplicates`: its message would tell the secret. */
function duplicateSecrets(file: ParsedConfigFile): ConfigProblem[] {
  const firstIndex = new Map<string, number>();
  return file.keys.flatMap(({ secret }, index) => {
    if (secret === undefined) return [];
    const first = firstIndex.get(secret);
    if (first !== undefined) {
      return [{ path: `keys[${index}].secret`, message: `is the secret of keys[${first}]` }];
    }
    firstIndex.set(secret, index);
    return [];
  });
}
