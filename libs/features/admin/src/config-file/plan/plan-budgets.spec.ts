import { describe, expect, it } from '@jest/globals';
import { configFile } from '@tollgate/contracts';
import { parse } from 'yaml';
import { ACME, EMPTY, KEY } from '../../../test-support/planning.js';
import { ConfigFileError } from '../config-problems.js';
import { parseConfigFile } from '../parse-config-file.js';
import type { CurrentState } from './current-state.js';
import { planBudgets } from './plan-budgets.js';
import { planConfig } from './plan-config.js';

const CURRENT: CurrentState = {
  ...EMPTY,
  organizations: new Map([['acme', ACME]]),
  keys: [KEY],
  budgets: [
    {
      id: 'budget-1',
      owner: { scope: 'organization', organization: 'acme' },
      ...{ period: 'monthly', soft: false, amount: '50.000000000', thresholds: [50, 80, 100] },
    },
    {
      id: 'budget-2',
      owner: { scope: 'api-key', organization: 'acme', key: 'ci' },
      ...{ period: 'daily', soft: true, amount: '5.000000000', thresholds: [90] },
    },
  ],
};

const lines = (yaml: string, current = CURRENT): string[] => {
  const file = configFile.parse(parse(`version: 1\n${yaml}`));
  return planBudgets(file, current, []).changes.map(({ change }) => {
    const fields = change.fields.map(
      ({ field, from, to }) => `${field} ${JSON.stringify(from)}>${JSON.stringify(to)}`,
    );
    return [change.action, change.name, ...fields].join(' ');
  });
};
const ofAcme = (budgets: string): string => `organizations: [{ name: acme, budgets: [${budgets}] }]`;

describe('budgets of the file', () => {
  it.each([
    'organizations: [{ name: acme }]\nkeys: [{ name: ci, organization: acme }]',
    ofAcme('{ period: monthly, amount: "50" }'),
    ofAcme('{ period: monthly, amount: "50.00", thresholds: [100, 50, 80] }'),
    'keys: [{ name: ci, organization: acme, budgets: [{ period: daily, amount: "5", soft: true }] }]',
  ])('find nothing to do for %s', (yaml) => {
    expect(lines(yaml)).toEqual([]);
  });

  it.each([
    [
      'make one for another period, and keep what is listed',
      ofAcme('{ period: monthly, amount: "50" }, { period: total, amount: "9" }'),
      ['create acme total amount null>"9.00" thresholds null>[50,80,100]'],
    ],
    [
      'tell a soft one from a hard one of the same period',
      ofAcme('{ period: monthly, amount: "50" }, { period: monthly, amount: "40", soft: true }'),
      ['create acme monthly (soft) amount null>"40.00" thresholds null>[50,80,100]'],
    ],
    [
      'change what differs',
      ofAcme('{ period: monthly, amount: "60", thresholds: [90] }'),
      ['update acme monthly amount "50.00">"60.00" thresholds [50,80,100]>[90]'],
    ],
    ['remove what is not listed', ofAcme(''), ['delete acme monthly']],
    [
      'are of the key, too',
      'keys: [{ name: ci, organization: acme, budgets: [{ period: weekly, amount: "1" }] }]',
      ['create acme/ci weekly amount null>"1.00" thresholds null>[50,80,100]', 'delete acme/ci daily (soft)'],
    ],
  ])('%s', (_, yaml, changes) => {
    expect(lines(yaml)).toEqual(changes);
  });

  it('leave a revoked key alone', () => {
    const yaml = 'keys: [{ name: ci, organization: acme, budgets: [] }]';
    expect(lines(yaml, { ...CURRENT, keys: [{ ...KEY, status: 'revoked' }] })).toEqual([]);
  });

  it('come after the organisation and the key that the same file makes', () => {
    const file = parseConfigFile(`version: 1
organizations: [{ name: new, budgets: [{ period: monthly, amount: "5" }] }]
keys: [{ name: k, organization: new, budgets: [{ period: daily, amount: "1" }] }]`);
    const nothing = { file, secrets: [], keyHashes: [null], providers: { list: () => [] }, now: 0 };
    const { changes } = planConfig({ ...nothing, current: { ...CURRENT, keys: [], budgets: [] } });
    expect(changes.map(({ change }) => `${change.kind} ${change.name}`)).toEqual([
      'organization new',
      'key new/k',
      'budget new monthly',
      'budget new/k daily',
    ]);
  });

  it.each([
    [ofAcme('{ period: yearly, amount: "5" }'), /^organizations\[0\]\.budgets\[0\]\.period: /],
    [ofAcme('{ period: total, amount: "-5" }'), /^organizations\[0\]\.budgets\[0\]\.amount: /],
    [ofAcme('{ period: total, amount: "5", limit: 3 }'), 'organizations[0].budgets[0].limit: unknown field'],
    [
      ofAcme('{ period: total, amount: "5", thresholds: [50, 50] }'),
      'organizations[0].budgets[0].thresholds: must name each percentage once',
    ],
    [
      ofAcme('{ period: total, amount: "5" }, { period: total, amount: "6" }'),
      'organizations[0].budgets[1]: "total" is named already by organizations[0].budgets[0]',
    ],
  ])('are refused when wrong: %s', (yaml, problem) => {
    const plan = () => {
      const file = parseConfigFile(`version: 1\n${yaml}`);
      planConfig({
        ...{ file, secrets: [], keyHashes: [], providers: { list: () => [] }, now: 0 },
        current: CURRENT,
      });
    };
    expect(plan).toThrow(ConfigFileError);
    expect(plan).toThrow(problem);
  });
});
